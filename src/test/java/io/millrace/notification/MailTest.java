package io.millrace.notification;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.http.Ids;
import io.millrace.identity.IdentityEvent;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// From a fact to a mail box, through the simulated SendGrid.
class MailTest {
    private final Shop shop = Shop.shared();
    private final Client client = shop.client();

    @AfterEach void calm() {
        client.put("/sandbox/chaos", Map.of()).expect(200);
    }

    private static String fresh() {
        return "mail-" + UUID.randomUUID() + "@example.com";
    }

    private void register(String email) {
        assertThat(client.post("auth/register", Map.of("email", email, "password", "correct horse 77 battery",
            "first_name", "Ann", "last_name", "Lee")).status()).isBetween(200, 202);
    }

    private JsonNode box(String email) {
        return client.get("/sandbox/mail?to=" + email).expect(200).data();
    }

    private JsonNode newest(String email, String subject) {
        Eventually.holds(subject + " for " + email, Duration.ofSeconds(40), () -> about(email, subject).isPresent());
        return about(email, subject).orElseThrow();
    }

    /// Letters of several facts come in any order.
    private Optional<JsonNode> about(String email, String subject) {
        return box(email).valueStream().filter(mail -> mail.path("subject").asString("").contains(subject))
            .findFirst();
    }

    private static String token(JsonNode mail) {
        return mail.path("links").path(0).asString().replaceFirst(".*[?]token=", "");
    }

    @Test void who_registers_gets_a_link_that_proves_his_address_and_his_name_is_not_in_it() {
        String email = fresh();
        register(email);
        JsonNode mail = newest(email, "Confirm your address");
        assertThat(mail.path("from").asString()).isEqualTo("shop@millrace.example");
        assertThat(mail.path("links").path(0).asString()).startsWith(shop.url() + "/verify-email?token=");
        assertThat(mail.path("text").asString()).doesNotContain("Ann");
        assertThat(mail.path("html").asString()).contains("Confirm the address</a>");
        assertThat(mail.path("headers").asString()).contains(mail.path("mail_id").asString() + "@millrace.example");
        assertThat(client.post("auth/verify-email", Map.of("token", token(mail))).status()).isBetween(200, 204);
        assertThat(shop.database().number("""
            select count(*) from identity.accounts where email_blind = ? and email_verified_at is not null""",
            shop.blind(email)))
            .isOne();
    }

    @Test void who_registers_again_is_told_at_the_address_alone() {
        String email = fresh();
        register(email);
        newest(email, "Confirm your address");
        register(email);
        assertThat(newest(email, "You already have an account").path("text").asString()).contains("already has one");
    }

    @Test void a_forgotten_password_is_set_anew_by_the_link() {
        String email = fresh();
        register(email);
        newest(email, "Confirm your address");
        assertThat(client.post("auth/forgot-password", Map.of("email", email)).status()).isBetween(200, 204);
        JsonNode mail = newest(email, "Set a new password");
        assertThat(mail.path("links").path(0).asString()).startsWith(shop.url() + "/reset-password?token=");
        assertThat(client.post("auth/reset-password", Map.of("token", token(mail), "password",
            "another horse 78 battery")).status()).isBetween(200, 204);
        newest(email, "was changed");
    }

    /// Guard: the primary key of notification.mails is the fact's id.
    @Test void a_fact_that_is_heard_twice_is_one_mail() {
        String email = fresh();
        register(email);
        UUID account = (UUID) java.util.Objects.requireNonNull(
            shop.database().value("select id from identity.accounts where email_blind = ?", shop.blind(email)));
        Mails mails = shop.bean(Mails.class);
        UUID fact = UUID.randomUUID();
        for (int i = 0; i < 3; i++) mails.keep(fact, Mails.Occasion.TOKEN_REUSED, account, Instant.now()).block();
        newest(email, "was ended");
        mails.keep(fact, Mails.Occasion.TOKEN_REUSED, account, Instant.now()).block();
        Eventually.holds("sent", () -> status(fact).equals("sent"));
        assertThat(box(email).findValues("subject").stream().filter(one -> one.asString().contains("was ended")))
            .hasSize(1);
    }

    private String status(UUID mail) {
        return String.valueOf(shop.database().value("select status from notification.mails where id = ?", mail));
    }

    @Test void a_session_whose_key_was_used_twice_is_told_to_its_person() {
        String email = fresh();
        register(email);
        UUID account = (UUID) java.util.Objects.requireNonNull(
            shop.database().value("select id from identity.accounts where email_blind = ?", shop.blind(email)));
        Ids ids = shop.bean(Ids.class);
        shop.bean(Messaging.class).commit(Change.of().tells(
            new IdentityEvent.TokenReused(ids.next(), account, ids.next(), Instant.now()))).block();
        assertThat(newest(email, "was ended").path("text").asString()).contains("Hello Ann Lee,");
    }

    @Test void on_a_bad_day_a_mail_arrives_in_the_end_and_what_came_twice_says_so() {
        client.put("/sandbox/chaos", Map.of("fail", 0.4, "lose", 0.3, "seed", 11)).expect(200);
        String email = fresh();
        register(email);
        newest(email, "Confirm your address");
        client.put("/sandbox/chaos", Map.of()).expect(200);
        Eventually.holds("ended", Duration.ofSeconds(60), () -> {
            shop.database().execute("update notification.mails set due_at = now() where status = 'waiting' "
                + "and tries > 0 and due_at > now() + interval '1 second'");
            return shop.database().number("select count(*) from notification.mails where status = 'waiting'") == 0;
        });
        assertThat(box(email).findValues("mail_id").stream().map(JsonNode::asString).distinct()).hasSize(1);
    }

    /// SendGrid takes no such address; a thousand more tries would change nothing.
    @Test void what_will_never_be_taken_is_parked() {
        String email = "mail-" + UUID.randomUUID() + "@example..com";
        register(email);
        Eventually.holds("parked", () -> shop.database().number("""
            select count(*) from notification.mails m where m.status = 'parked' and m.why = 'status 400'
               and m.subject in (select c.id from identity.codes c join identity.accounts a on a.id = c.account
                                  where a.email_blind = ?)""", shop.blind(email)) == 1);
        assertThat(box(email)).isEmpty();
        Client admin = new People(shop).admin();
        String parked = String.valueOf(shop.database().value("""
            select m.id from notification.mails m join identity.codes c on c.id = m.subject
              join identity.accounts a on a.id = c.account where a.email_blind = ?""", shop.blind(email)));
        assertThat(admin.get("admin/mails?status=parked").expect(200).text()).contains(parked).doesNotContain(email);
        admin.get("admin/mails?status=lost").expect(422);
        admin.post("admin/mails/" + parked + "/retry", null).expect(204);
        admin.post("admin/mails/" + UUID.randomUUID() + "/retry", null).expect(404);
        client.get("admin/mails").expect(401);
        Eventually.holds("parked again", () -> shop.database().number(
            "select count(*) from notification.mails where id = ?::uuid and status = 'parked'", parked) == 1);
    }

    @Test void neither_the_table_nor_the_facts_hold_an_address_or_a_token() {
        String email = fresh();
        register(email);
        String token = token(newest(email, "Confirm your address"));
        assertThat(shop.database().rows("select m::text as row from notification.mails m").toString())
            .doesNotContain(email, token);
        assertThat(shop.database().rows("select payload::text as fact from messaging.facts "
            + "where type like 'identity.%'").toString()).doesNotContain(email, token);
    }

    @Test void the_simulated_sendgrid_is_as_strict_as_the_real_one() {
        Client sender = client.bearer("SG.sandbox");
        assertThat(client.bearer("SG.other").post("/sandbox/sendgrid/v3/mail/send", Map.of()).status()).isEqualTo(401);
        for (String body : new String[]{"{}", "nonsense", "{\"personalizations\":[{\"to\":[{\"email\":\"x\"}]}]}",
            good("a@example.com", "S\\nBcc: b", "text/plain", "text/html"),
            good("a@example.com", "S", "text/html", "text/plain")})
            assertThat(sender.post("/sandbox/sendgrid/v3/mail/send", body).expect(400).json().has("errors")).isTrue();
        assertThat(sender.post("/sandbox/sendgrid/v3/mail/send",
            good("a@example.com", "S", "text/plain", "text/html")).expect(202).header("X-Message-Id")).isNotBlank();
    }

    private static String good(String to, String subject, String first, String second) {
        return """
            {"personalizations":[{"to":[{"email":"%s"}]}],"from":{"email":"s@example.com"},"subject":"%s",
             "content":[{"type":"%s","value":"x"},{"type":"%s","value":"y"}]}""".formatted(to, subject, first, second);
    }
}
