package io.millrace.http;

import java.net.URI;
import java.util.function.Supplier;

/// Where people's browsers find this shop (`millrace.public-url`): what links in mails, redirects and callbacks begin
/// with. Development uses its own port, which is known only once the server listens, so it is asked for each time.
public final class PublicUrl {
    private final Supplier<String> url;

    private PublicUrl(Supplier<String> url) {
        this.url = url;
    }

    /// `configured` is empty (then the own one counts) or an absolute http(s) URL without query and fragment.
    static PublicUrl of(String configured, Supplier<String> own) {
        if (configured.isBlank()) return new PublicUrl(own);
        String plain = configured.strip().replaceFirst("/+$", "");
        URI uri = URI.create(plain);
        boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
        if (!web || uri.getHost() == null || uri.getQuery() != null || uri.getFragment() != null
            || uri.getUserInfo() != null)
            throw new IllegalArgumentException("millrace.public-url must be like https://shop.example");
        return new PublicUrl(() -> plain);
    }

    /// Without a slash at its end.
    public String base() {
        return url.get();
    }

    /// Whether browsers come by TLS, so that cookies can be `Secure` and `__Host-`.
    public boolean isSecure() {
        return base().startsWith("https:");
    }
}
