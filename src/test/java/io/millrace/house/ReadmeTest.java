package io.millrace.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Contract;
import io.millrace.testing.Shop;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What README tells a newcomer to type works.
class ReadmeTest {
    private static final Path README = Path.of("README.md");
    private static final int PATIENCE_SECONDS = 60;
    /// How many of README's lines ask our own API; one more asks the simulated Stripe.
    private static final int OURS = 6;
    /// Keeps what every curl answered, whatever the line then does with it. Headers that `-i` shows are no body.
    private static final String NOTING = """
        curl() {
          local note=$(mktemp "$NOTES/XXXXXX")
          command curl "$@" -w '%{stderr}%{method} %{url_effective} %{http_code} %{content_type}' \\
            2> "$note.line" | tee -p "$note.seen"
          case "$1" in -*i*) sed '1,/^\r*$/d' "$note.seen" > "$note.body" ;; *) cp "$note.seen" "$note.body" ;; esac
        }
        """;

    @TempDir private Path notes;

    @Test void the_lines_under_try_it_buy_something_and_show_it_paid() throws Exception {
        try (Shop shop = Shop.with("millrace.demo.enabled", "true")) {
            ProcessBuilder typed = new ProcessBuilder("bash", "-c", NOTING + lines()).redirectErrorStream(true);
            typed.environment().put("SHOP", shop.url());
            typed.environment().put("NOTES", notes.toString());
            Process process = typed.start();
            String seen = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(seen).contains("Waterproof Boots").contains("event: order.placed")
                .contains("event: order.paid").contains("\"payment_status\":\"paid\"");
            assertThat(keepsTheContract(shop)).as("answers of our own API").isEqualTo(OURS);
        }
    }

    /// Every answer that curl saw, held against the document; how many there were.
    private int keepsTheContract(Shop shop) throws IOException {
        Contract contract = Contract.of(shop.client());
        int seen = 0;
        try (Stream<Path> lines = Files.list(notes)) {
            for (Path line : lines.filter(file -> file.toString().endsWith(".line")).toList()) {
                String[] words = Files.readString(line).strip().split(" ", 4);
                byte[] body = Files.readAllBytes(Path.of(line.toString().replace(".line", ".body")));
                if (words[3].startsWith("text/event-stream")) body = new byte[0];
                if (!words[1].contains("/api/v1/")) continue;
                contract.check(new Answer(words[0] + " " + words[1], Integer.parseInt(words[2]), HttpHeaders.of(
                    Map.of("Content-Type", List.of(words[3])), (name, value) -> true), body));
                seen++;
            }
        }
        return seen;
    }

    @Test void the_two_commands_are_the_ones_that_ci_and_the_build_know() throws IOException {
        String readme = Files.readString(README);
        assertThat(readme).contains("mvn spring-boot:run").contains("mvn verify");
        assertThat(Files.readString(Path.of(".ci/run"))).contains("verify");
    }

    @Test void every_page_that_readme_leads_to_is_there() throws IOException {
        Matcher page = Pattern.compile("`((?:docs|docker|load-tests|src)/[^`]*)`").matcher(Files.readString(README));
        while (page.find()) assertThat(Path.of(page.group(1))).as("README names it").exists();
    }

    private static String lines() throws IOException {
        Matcher block = Pattern.compile("(?s)## Try it\\s+```bash\\n(.*?)```").matcher(Files.readString(README));
        assertThat(block.find()).as("README has a block of lines to try").isTrue();
        return block.group(1);
    }
}
