package io.millrace.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// CSRF (ASVS 3.5.1): a foreign page can only borrow what a browser sends by itself, and that is cookies. Nothing here
/// is told by one, so there is nothing to forge; the one exception is the state of a sign-in elsewhere, which guards
/// itself.
class CookiesTest {
    private static final Pattern COOKIE = Pattern.compile("(?i)cookie");
    /// Where the word may stand, and why.
    private static final Map<String, String> EXCEPT = Map.of(
        "federation", "the signed state of a sign-in at another house",
        "http/Answer.java", "Spring asks every answer for its cookies: none",
        "http/PublicUrl.java", "whether the browser reached us by https, and a cookie may say Secure",
        "http/Cors.java", "says why credentials are never allowed");

    @Test void no_room_reads_or_writes_a_cookie() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : Floors.sources(Floors.MAIN)) {
            String name = Floors.MAIN.relativize(file).toString();
            if (EXCEPT.keySet().stream().anyMatch(name::startsWith)) continue;
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++)
                if (COOKIE.matcher(lines.get(i)).find())
                    wrong
                        .add(file + ":" + (i + 1) + " -> a header shows who asks; a cookie needs a guard against CSRF");
        }
        assertThat(wrong).isEmpty();
    }

    @Test void signing_in_sets_no_cookie_and_a_token_in_a_cookie_is_nobodys() {
        Client client = Shop.shared().client();
        Answer in = client.post("/api/v1/auth/login", Map.of("email", "admin@example.com", "password",
            "millrace-admin")).expect(200);
        assertThat(in.header("Set-Cookie")).isNull();
        String token = in.data().path("access_token").asString();
        for (String name : List.of("access_token", "token", "Authorization", "SESSION", "JSESSIONID"))
            client.with("Cookie", name + "=" + token).get("/api/v1/auth/me").expect(401);
    }
}
