package io.millrace.federation;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// `millrace.federation.*`. `return-to` are the storefront pages that a sign-in may lead back to, compared as they
/// stand; one that begins with a slash is a page of the public URL. `timeout` is for one call to a provider; all calls
/// of one sign-in together may take twice as long. Without providers nobody is let in this way.
@ConfigurationProperties("millrace.federation")
record FederationSettings(@DefaultValue Map<String, Provider> providers, @DefaultValue List<String> returnTo,
    @DefaultValue("3s") Duration timeout) {
    private static final Duration TIMEOUT_MAX = Duration.ofSeconds(30);
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");
    private static final Pattern LOCAL_PAGE = Pattern.compile("/([A-Za-z0-9._~-][A-Za-z0-9._~/-]*)?");

    FederationSettings {
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(TIMEOUT_MAX) > 0)
            throw new IllegalArgumentException("millrace.federation.timeout is above 0 and at most 30 s");
        for (String page : returnTo)
            if (!isPage(page))
                throw new IllegalArgumentException("millrace.federation.return-to holds no page: " + page);
        providers.forEach((name, provider) -> {
            if (!NAME.matcher(name).matches())
                throw new IllegalArgumentException("a provider's name is of a-z, 0-9 and -: " + name);
            provider.check("millrace.federation.providers." + name);
        });
        providers = Map.copyOf(providers);
        returnTo = List.copyOf(returnTo);
    }

    /// How a provider is spoken to.
    enum Kind { OIDC, FACEBOOK }

    /// One provider. For OIDC the endpoints are discovered from the issuer unless they are given; for Facebook the
    /// `issuer` stands in the identities, `dialog-url` and `graph-url` are where it is. `link-by-email`: whether an
    /// address that the provider vouches for opens the account that proved the same address.
    record Provider(@DefaultValue("oidc") Kind kind, @DefaultValue("") String issuer,
        @DefaultValue List<String> issuerAliases, @DefaultValue("") String clientId,
        @DefaultValue("") String clientSecret, @DefaultValue("") String authorizationEndpoint,
        @DefaultValue("") String tokenEndpoint, @DefaultValue("") String jwksUri,
        @DefaultValue("") String userinfoEndpoint, @DefaultValue("") String scope,
        @DefaultValue("true") boolean linkByEmail,
        @DefaultValue("https://www.facebook.com/v23.0/dialog/oauth") String dialogUrl,
        @DefaultValue("https://graph.facebook.com/v23.0") String graphUrl) {

        void check(String name) {
            if (clientId.isBlank() || clientSecret.isBlank())
                throw new IllegalArgumentException(name + " needs client-id and client-secret");
            if (kind == Kind.OIDC && !isUrl(issuer))
                throw new IllegalArgumentException(name + ".issuer must be an http(s) URL");
            for (String url : List.of(authorizationEndpoint, tokenEndpoint, jwksUri, userinfoEndpoint))
                if (!url.isBlank() && !isUrl(url))
                    throw new IllegalArgumentException(name + " has an endpoint that is no http(s) URL");
            if (kind == Kind.FACEBOOK && (!isUrl(dialogUrl) || !isUrl(graphUrl)))
                throw new IllegalArgumentException(name + " has an endpoint that is no http(s) URL");
        }

        boolean isDiscovered() {
            return authorizationEndpoint.isBlank() || tokenEndpoint.isBlank() || jwksUri.isBlank();
        }

        /// Secrets stay out of logs.
        @Override public String toString() {
            return "Provider[" + kind + " " + issuer + "]";
        }
    }

    /// A slash begins a path on this shop's own port (the sandbox).
    private static boolean isUrl(String url) {
        if (url.startsWith("/")) return !url.startsWith("//");
        try {
            URI uri = URI.create(url);
            return ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme())) && uri.getHost() != null
                && uri.getUserInfo() == null && uri.getFragment() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// A page of ours, or somebody's by TLS; without TLS only on this machine.
    private static boolean isPage(String page) {
        if (page.startsWith("/")) return LOCAL_PAGE.matcher(page).matches();
        if (!isUrl(page)) return false;
        URI uri = URI.create(page);
        return uri.getQuery() == null && ("https".equals(uri.getScheme()) || "localhost".equals(uri.getHost())
            || "127.0.0.1".equals(uri.getHost()));
    }
}
