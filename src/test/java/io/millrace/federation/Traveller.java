package io.millrace.federation;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A person's browser on the way to a provider and back: it keeps the one cookie and follows redirects by hand.
final class Traveller {
    final Client client;
    @Nullable String cookie;

    Traveller(Client client) {
        this.client = client;
    }

    static String enc(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    static String location(Answer answer) {
        return Objects.requireNonNull(answer.expect(302).header("Location"));
    }

    static String query(String url, String name) {
        for (String pair : url.replaceFirst("#.*", "").replaceFirst("^[^?]*\\?", "").split("&"))
            if (pair.startsWith(name + "="))
                return java.net.URLDecoder.decode(pair.substring(name.length() + 1),
                    StandardCharsets.UTF_8);
        return "";
    }

    private Client browser() {
        return cookie == null ? client : client.with("Cookie", cookie);
    }

    private Answer keep(Answer answer) {
        String set = answer.header("Set-Cookie");
        if (set != null) cookie = set.contains("Max-Age=0") ? null : set.replaceFirst(";.*", "");
        return answer;
    }

    /// `GET /auth/oauth/{provider}`; `more` begins with `?` or is empty.
    Answer leave(String provider, String more) {
        return keep(browser().get("/api/v1/auth/oauth/" + provider + more));
    }

    /// What the provider answers when this person consents there.
    String consent(String door, String email) {
        String who = door.contains("/facebook/") ? "persona" : "login_hint";
        return location(client.get(door.replaceFirst("[?&]login_hint=[^&]*", "") + "&" + who + "=" + enc(email)));
    }

    Answer arrive(String back) {
        return keep(browser().get(back.replaceFirst("#.*", "")));
    }

    Answer signIn(String provider, String email) {
        return arrive(consent(location(leave(provider, "")), email));
    }
}
