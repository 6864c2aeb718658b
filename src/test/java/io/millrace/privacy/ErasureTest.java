package io.millrace.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.millrace.catalog.VariantDraft;
import io.millrace.money.Money;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Oracle;
import io.millrace.testing.Shop;
import io.millrace.testing.Wares;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// R18 (GDPR 15, 17, 20; F206; ASVS 14.2): somebody leaves a word of his own in every room; the export has each of
/// them, and after the erasure none is left anywhere, in no alphabet, while the orders and the book stay.
class ErasureTest {
    private static final String PASSWORD = "Correct-horse-7!";
    private final Marks marks = new Marks(Long.getLong("seed", System.nanoTime()));

    @Test void r18_all_of_a_person_is_exported_and_after_the_erasure_none_of_it_is_anywhere() throws IOException {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger("ROOT");
        log.start();
        root.addAppender(log);
        try (Shop shop = Shop.with()) {
            String email = marks.word("e-mail") + "@example.com";
            Client person = person(shop, email);
            String order = leaveWords(shop, person);
            long owed = shop.database().number("select count(*) from ledger.entries");
            assertThat(marks.missingFrom(text(person.get("user/export").expect(200)))).isEmpty();

            person.send("DELETE", "user", Map.of("password", "not his")).expect(403);
            person.send("DELETE", "user", Map.of("password", PASSWORD)).expect(204);
            assertThat(person.get("auth/me").status()).isEqualTo(401);
            shop.client().post("auth/login", Map.of("email", email, "password", PASSWORD)).expect(401);
            Eventually.holds("everything was told", () -> shop.database().number(
                "select count(*) from messaging.outbox") == 0);
            // the world outside keeps its own books: what we sent to Stripe and the post office
            shop.database().rows("select quote_ident(table_name) as name from information_schema.tables "
                + "where table_schema = 'sandbox' and table_type = 'BASE TABLE'")
                .forEach(table -> shop.database().execute("truncate sandbox." + table.get("name")));

            Everywhere everywhere = new Everywhere(shop, marks.anywhere());
            List<String> found = new ArrayList<>(everywhere.inTables());
            found.addAll(everywhere.inRedis());
            found.addAll(everywhere.inTopics());
            found.addAll(everywhere.inFiles(servers(shop), marks.all().values()));
            found.addAll(everywhere.in("log", List.copyOf(log.list).stream()
                .map(event -> event.getFormattedMessage() + (event.getThrowableProxy() == null ? ""
                    : event.getThrowableProxy().getMessage()))
                .collect(Collectors.joining("\n"))));
            assertThat(found).isEmpty();

            assertThat(shop.database().number("select count(*) from ordering.orders where id = ?::uuid", order))
                .as("the order stays").isEqualTo(1);
            assertThat(shop.database().number("select count(*) from ledger.entries")).isGreaterThanOrEqualTo(owed);
            Oracle.of(shop.database()).holds();
        } finally {
            root.detachAppender(log);
        }
    }

    private Client person(Shop shop, String email) {
        Client browser = shop.client().channel("pecos").with("User-Agent", "Browser/" + marks.word("browser"));
        browser.post("auth/register", Map.of("email", email, "password", PASSWORD, "first_name", marks.word(
            "first name"), "last_name", marks.word("last name"))).expect(202);
        return browser.bearer(browser.post("auth/login", Map.of("email", email, "password", PASSWORD)).expect(200)
            .data().path("access_token").asString());
    }

    /// Answers the order he made.
    private String leaveWords(Shop shop, Client person) {
        person.patch("user/profile", Map.of("phone", marks.phone("phone"))).expect(200);
        person.post("user/addresses", address("saved ")).expect(201);
        person.post("user/tokens", Map.of("name", marks.word("token"))).expect(201);
        person.post("user/payment-methods", Map.of("provider", "stripe", "token", "pm_card_mastercard")).expect(201);
        person.post("wishlist/lists", Map.of("name", marks.word("list"))).expect(201);
        UUID boots = new Wares(shop).save("pecos", "Boots", VariantDraft.piece("boots-" + UUID.randomUUID(), "",
            Money.parse("100.00 USD"), 100L)).variants().getFirst().id();
        person.post("cart/items", Map.of("variant_id", boots, "quantity", 1)).expect(201);
        Map<String, Object> body = new LinkedHashMap<>(Map.of(
            "items", List.of(Map.of("variant_id", boots, "quantity", 1)),
            "contact", Map.of("name", marks.word("contact"), "email", marks.word("contact e-mail") + "@example.com",
                "phone", marks.phone("contact phone")),
            "shipping_address", address("order's "), "payment_method", "stripe", "note", marks.word("note")));
        Answer placed = person.idempotencyKey(UUID.randomUUID().toString()).post("orders", body).expect(201);
        return placed.data().path("id").asString();
    }

    private Map<String, Object> address(String whose) {
        return Map.of("name", marks.word(whose + "name"), "line1", marks.word(whose + "street"), "line2", marks.word(
            whose + "floor"), "city", marks.word(whose + "city"), "region", "IL", "postal_code", "62701", "country",
            "US");
    }

    /// All files of the export, one after the other.
    private static String text(Answer zip) throws IOException {
        StringBuilder text = new StringBuilder();
        try (ZipInputStream files = new ZipInputStream(new ByteArrayInputStream(zip.bytes()))) {
            for (ZipEntry file = files.getNextEntry(); file != null; file = files.getNextEntry())
                text.append(new String(files.readAllBytes(), StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    /// The folder that the servers of the tests keep their data in.
    private static Path servers(Shop shop) {
        Path data = Path.of((String) Objects.requireNonNull(shop.database().value("show data_directory")));
        return Objects.requireNonNull(Objects.requireNonNull(data.getParent()).getParent());
    }
}
