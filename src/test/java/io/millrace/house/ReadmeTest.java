package io.millrace.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Shop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What README tells a newcomer to type works.
class ReadmeTest {
    private static final Path README = Path.of("README.md");
    private static final int PATIENCE_SECONDS = 60;

    @Test void the_lines_under_try_it_buy_something_and_show_it_paid() throws Exception {
        try (Shop shop = Shop.with("millrace.demo.enabled", "true")) {
            ProcessBuilder typed = new ProcessBuilder("bash", "-c", lines()).redirectErrorStream(true);
            typed.environment().put("SHOP", shop.url());
            Process process = typed.start();
            String seen = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(seen).contains("Waterproof Boots").contains("event: order.placed")
                .contains("event: order.paid").contains("\"payment_status\":\"paid\"");
        }
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
