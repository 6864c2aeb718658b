package io.millrace.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The page at `/`, used by a browser as a person would: headless Chromium, driven by W3C WebDriver.
class PageTest {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final String PASSWORD = "Correct-horse-7!";

    private static Shop shop;

    @BeforeAll static void start() {
        Assumptions.assumeTrue(Files.exists(CHROMIUM) && Files.exists(DRIVER),
            () -> "SKIPPED: no Chromium with its driver here (Debian: chromium, chromium-driver)");
        shop = Shop.with("millrace.demo.enabled", "true");
    }

    @AfterAll static void stop() {
        if (shop != null) shop.close();
    }

    private static Browser page() throws IOException {
        Browser browser = Browser.open();
        browser.go(shop.url() + "/");
        browser.waitsFor("document.querySelectorAll('#goods li').length > 10");
        return browser;
    }

    private static String freshEmail() {
        return "page-" + UUID.randomUUID() + "@example.com";
    }

    private static void signUp(Browser browser, String email) {
        browser.does("document.getElementById('to-sign-up').click()");
        browser.submits("sign-in", Map.of("email", email, "password", PASSWORD, "name", "Ann Lee"));
        browser.waitsFor("document.getElementById('who').textContent.includes('" + email + "')");
    }

    private static void order(Browser browser) {
        browser.does("document.querySelector('#goods .add:not([disabled])').click()");
        browser.waitsFor("!document.getElementById('buy').disabled");
        browser.does("document.getElementById('buy').click()");
        browser.waitsFor("document.getElementById('events').textContent.includes('order.placed')");
    }

    @Test void a_person_buys_boots_on_the_page_and_watches_the_order_confirmed() throws IOException {
        try (Browser browser = page()) {
            browser.types("search", "watrproof boot");
            browser.waitsFor("[...document.querySelectorAll('#goods .name')].length > 0 && "
                + "[...document.querySelectorAll('#goods .name')].every(n => n.textContent.includes('Boots'))");
            order(browser);
            browser.waitsFor("!document.getElementById('pay').hidden");
            browser.does("document.querySelector('[data-card=pm_card_visa]').click()");
            browser.waitsFor("document.getElementById('events').textContent.includes('order.confirmed')");
            browser.waitsFor("document.getElementById('order-state').textContent.includes('confirmed')");
            browser.isContent();
        }
    }

    /// One person must not run into the limit of searches by typing.
    @Test void a_search_is_asked_when_typing_pauses_and_not_again_for_what_was_answered() throws IOException {
        String asked = "performance.getEntriesByType('resource').filter(e => e.name.includes('/search?')).length";
        String boots = "[...document.querySelectorAll('#goods .name')].length > 0 && "
            + "[...document.querySelectorAll('#goods .name')].every(n => n.textContent.includes('Boots'))";
        try (Browser browser = page()) {
            browser.types("search", "waterproof boots");
            browser.waitsFor(boots);
            assertThat(browser.asks(asked)).isEqualTo("1");
            browser.clears("search");
            browser.waitsFor("!(" + boots + ")");
            browser.types("search", "  waterproof   boots ");
            browser.waitsFor(boots);
            assertThat(browser.asks(asked)).isEqualTo("1");
            browser.isContent();
        }
    }

    @Test void a_person_signs_up_orders_and_signs_in_with_a_second_factor() throws Exception {
        String email = freshEmail();
        try (Browser browser = page()) {
            signUp(browser, email);
            order(browser);
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
            browser.isContent();
        }
    }

    @Test void a_person_comes_by_another_house_and_keeps_a_wish() throws IOException {
        try (Browser browser = page()) {
            browser.waitsFor("document.querySelector('[data-house=google]') !== null");
            browser.does("document.querySelector('[data-house=google]').click()");
            String grace = "[...document.links].find(a => a.textContent === 'grace@example.com')";
            browser.waitsFor(grace + " !== undefined");
            browser.does(grace + ".click()");
            browser.waitsFor("document.getElementById('who')?.textContent.includes('grace@example.com') === true");
            assertThat(browser.asks("location.pathname + location.search")).isEqualTo("/");
            browser.waitsFor("document.querySelectorAll('#goods .wish').length > 10");
            String name = browser.asks("document.querySelector('#goods .name').textContent");
            browser.does("document.querySelector('#goods .wish').click()");
            browser.waitsFor("document.querySelector('#wishes li')?.textContent.includes(\"" + name + "\") === true");
            browser.waitsFor("document.querySelector('#goods .wish').getAttribute('aria-pressed') === 'true'");
            browser.does("document.querySelector('#wishes button').click()");
            browser.waitsFor("document.querySelectorAll('#wishes li').length === 0");
            browser.isContent();
        }
    }

    @Test void what_a_guest_ordered_is_taken_over_and_a_person_takes_his_data_and_goes() throws IOException {
        String email = freshEmail();
        String phone = "+1505" + ThreadLocalRandom.current().nextInt(2_000_000, 9_999_999);
        try (Browser browser = page()) {
            browser.does("document.getElementById('checkout').elements.phone.value = '" + phone + "'");
            order(browser);
            signUp(browser, email);
            browser.does("document.getElementById('claim').elements.phone.value = '" + phone + "';"
                + "document.getElementById('claim-ask').click()");
            browser.waitsFor("!document.getElementById('claim-code').hidden");
            String code = new People(shop).admin().channel("pecos").get("admin/orders/search-codes?phone=%2B"
                + phone.substring(1)).expect(200).data().path("code").asString();
            browser.submits("claim", Map.of("code", code));
            browser.waitsFor("document.getElementById('notice').textContent.startsWith('1 of')");
            browser.waitsFor("document.querySelectorAll('#orders li').length === 1");
            browser.does("document.getElementById('export').click()");
            Path file = browser.downloads.resolve("millrace-export.zip");
            Eventually.holds("the export is there", () -> Files.exists(file));
            try (ZipFile zip = new ZipFile(file.toFile())) {
                assertThat(zip.size()).isPositive();
            }
            browser.does("document.querySelector('#erase [type=checkbox]').click()");
            browser.submits("erase", Map.of("password", PASSWORD));
            browser.waitsFor("document.getElementById('notice').textContent.endsWith('are gone.')");
            browser.waitsFor("!document.getElementById('sign-in').hidden");
            browser.isContent();
        }
        shop.client().post("auth/login", Map.of("email", email, "password", PASSWORD)).expect(401);
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
        private final Path downloads;

        private Browser(Process driver, Client client, String session, Path downloads) {
            this.driver = driver;
            this.client = client;
            this.session = session;
            this.downloads = downloads;
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
            Path downloads = Files.createTempDirectory("millrace-page");
            Answer opened = client.post("/session", Map.of("capabilities", Map.of("alwaysMatch", Map.of(
                "goog:chromeOptions", Map.of("binary", CHROMIUM.toString(), "prefs",
                    Map.of("download.default_directory", downloads.toString()), "args", List.of("--headless",
                        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                        "--disable-background-networking", "--disable-component-update", "--disable-sync"))))));
            return new Browser(driver, client, "/session/" + opened.expect(200).json().path("value").path("sessionId")
                .asString(), downloads);
        }

        private static boolean answers(Client client) {
            try {
                return client.get("/status").status() == 200;
            } catch (UncheckedIOException notYet) {
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

        /// Letter by letter without a pause, into the field of that id.
        void types(String id, String text) {
            does("const field = document.getElementById('" + id + "'); for (const letter of '" + text + "') {"
                + "field.value += letter; field.dispatchEvent(new Event('input')); }");
        }

        void clears(String id) {
            does("const field = document.getElementById('" + id + "'); field.value = '';"
                + "field.dispatchEvent(new Event('input'))");
        }

        /// No problem is shown to the person.
        void isContent() {
            assertThat(asks("document.getElementById('problem').textContent")).isEmpty();
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
            try (Stream<Path> files = Files.walk(downloads)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
