package io.millrace.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// The page at `/`, used by a browser as a person would: headless Chromium, driven by W3C WebDriver.
class PageTest {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    @Test void a_person_buys_boots_on_the_page_and_watches_the_order_confirmed() throws IOException {
        Assumptions.assumeTrue(Files.exists(CHROMIUM) && Files.exists(DRIVER),
            () -> "SKIPPED: no Chromium with its driver here (Debian: chromium, chromium-driver)");
        try (Shop shop = Shop.with("millrace.demo.enabled", "true"); Browser browser = Browser.open()) {
            browser.go(shop.url() + "/");
            browser.waitsFor("document.querySelectorAll('#goods li').length > 10");
            browser.does("const s = document.getElementById('search'); s.value = 'watrproof boot';"
                + "s.dispatchEvent(new Event('input'))");
            browser.waitsFor("[...document.querySelectorAll('#goods .name')].length > 0 && "
                + "[...document.querySelectorAll('#goods .name')].every(n => n.textContent.includes('Boots'))");
            browser.does("document.querySelector('#goods button').click()");
            browser.waitsFor("!document.getElementById('buy').disabled");
            browser.does("document.getElementById('buy').click()");
            browser.waitsFor("document.getElementById('events').textContent.includes('order.placed')");
            browser.waitsFor("!document.getElementById('pay').hidden");
            browser.does("document.querySelector('[data-card=pm_card_visa]').click()");
            browser.waitsFor("document.getElementById('events').textContent.includes('order.confirmed')");
            browser.waitsFor("document.getElementById('order-state').textContent.includes('confirmed')");
            assertThat(browser.asks("document.getElementById('problem').textContent")).isEmpty();
        }
    }

    /// A session of a browser.
    private static final class Browser implements AutoCloseable {
        private final Process driver;
        private final Client client;
        private final String session;

        private Browser(Process driver, Client client, String session) {
            this.driver = driver;
            this.client = client;
            this.session = session;
        }

        static Browser open() throws IOException {
            int port;
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
            Process driver = new ProcessBuilder(DRIVER.toString(), "--port=" + port)
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            Client client = Client.of("http://localhost:" + port);
            Eventually.holds("the driver answers", () -> answers(client));
            Answer opened = client.post("/session", Map.of("capabilities", Map.of("alwaysMatch", Map.of(
                "goog:chromeOptions", Map.of("binary", CHROMIUM.toString(), "args", List.of("--headless",
                    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync"))))));
            return new Browser(driver, client, "/session/" + opened.expect(200).json().path("value").path("sessionId")
                .asString());
        }

        private static boolean answers(Client client) {
            try {
                return client.get("/status").status() == 200;
            } catch (java.io.UncheckedIOException notYet) {
                return false;
            }
        }

        void go(String url) {
            client.post(session + "/url", Map.of("url", url)).expect(200);
        }

        void does(String script) {
            client.post(session + "/execute/sync", Map.of("script", script, "args", List.of())).expect(200);
        }

        String asks(String expression) {
            return client.post(session + "/execute/sync", Map.of("script", "return String(" + expression + ")", "args",
                List.of())).expect(200).json().path("value").asString();
        }

        void waitsFor(String condition) {
            Eventually.holds(condition, () -> asks(condition).equals("true"));
        }

        @Override public void close() {
            client.delete(session);
            driver.destroy();
        }
    }
}
