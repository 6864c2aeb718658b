package io.millrace.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// The page at `/`, used by a browser as a person would: headless Chromium, driven by W3C WebDriver.
class PageTest {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final String PASSWORD = "Correct-horse-7!";

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

    @Test void a_person_signs_up_orders_and_signs_in_with_a_second_factor() throws Exception {
        Assumptions.assumeTrue(Files.exists(CHROMIUM) && Files.exists(DRIVER),
            () -> "SKIPPED: no Chromium with its driver here (Debian: chromium, chromium-driver)");
        String email = "page-" + UUID.randomUUID() + "@example.com";
        try (Shop shop = Shop.with("millrace.demo.enabled", "true"); Browser browser = Browser.open()) {
            browser.go(shop.url() + "/");
            browser.waitsFor("document.querySelectorAll('#goods li').length > 10");
            browser.does("document.getElementById('to-sign-up').click()");
            browser.submits("sign-in", Map.of("email", email, "password", PASSWORD, "name", "Ann Lee"));
            browser.waitsFor("document.getElementById('who').textContent.includes('" + email + "')");
            browser.does("document.querySelector('#goods button:not([disabled])').click()");
            browser.waitsFor("!document.getElementById('buy').disabled");
            browser.does("document.getElementById('buy').click()");
            browser.waitsFor("!document.getElementById('pay').hidden");
            browser.does("document.querySelector('[data-card=pm_card_visa]').click()");
            browser.waitsFor("document.getElementById('events').textContent.includes('order.confirmed')");
            browser.waitsFor("document.querySelectorAll('#orders li').length === 1");
            browser.submits("protect", Map.of("password", PASSWORD));
            browser.waitsFor("document.getElementById('qr').naturalWidth > 50");
            String secret = browser.asks("document.getElementById('secret').textContent");
            browser.submits("enable", Map.of("code", code(secret, 0)));
            browser.waitsFor("document.getElementById('recovery').textContent.trim().split('\\n').length === 11");
            browser.does("document.getElementById('sign-out').click()");
            browser.waitsFor("!document.getElementById('sign-in').hidden");
            browser.does("document.getElementById('to-sign-up').click()");
            browser.submits("sign-in", Map.of("email", email, "password", PASSWORD));
            browser.waitsFor("!document.getElementById('second-factor').hidden");
            // the code of now was used to switch it on, and none is good twice
            browser.submits("second-factor", Map.of("code", code(secret, 1)));
            browser.waitsFor("document.querySelectorAll('#orders li').length === 1");
            assertThat(browser.asks("document.getElementById('problem').textContent")).isEmpty();
        }
    }

    /// What an authenticator shows (RFC 6238), so many steps from now.
    private static String code(String base32, int later) throws GeneralSecurityException {
        BigInteger bits = BigInteger.ZERO;
        for (char c : base32.toCharArray())
            bits = bits.shiftLeft(5).or(BigInteger.valueOf("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c)));
        int length = base32.length() * 5 / 8;
        byte[] number = bits.shiftRight(base32.length() * 5 % 8).toByteArray();
        byte[] key = new byte[length];
        for (int i = 1; i <= Math.min(length, number.length); i++) key[length - i] = number[number.length - i];
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(key, "HmacSHA1"));
        byte[] hash = mac.doFinal(ByteBuffer.allocate(8).putLong(System.currentTimeMillis() / 30_000 + later).array());
        int at = hash[hash.length - 1] & 15;
        return "%06d".formatted((ByteBuffer.wrap(hash, at, 4).getInt() & 0x7fffffff) % 1_000_000);
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

        void submits(String form, Map<String, String> fields) {
            fields.forEach((name, value) -> does("document.getElementById('" + form + "').elements['" + name
                + "'].value = '" + value + "'"));
            does("document.getElementById('" + form + "').requestSubmit()");
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
