package io.millrace.customer;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobs.Jobs;
import io.millrace.jobs.ShopClock;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/// F021: a document is shown, looked at by an outside house, good for a time; its number goes in and never comes out.
class VerificationTest {
    private final Shop shop = Shop.shared();
    private final People people = new People(shop);
    private final Client kofi = people.somebody("ebuildify");

    @Test void a_card_of_the_wrong_form_is_refused_and_one_of_the_right_form_is_verified() {
        for (String wrong : List.of("GHA-12345678-9", "GHA-1234567890", "NGA-123456789-0", "GHA-12345678A-0", ""))
            assertThat(kofi.post("user/verifications", body(wrong)).expect(422).json().path("errors").propertyNames())
                .contains("number");
        kofi.channel("pecos").post("user/verifications", body("GHA-123456780-0")).expect(422);
        String number = number('0');
        Answer asked = kofi.post("user/verifications", body(number)).expect(202);
        assertThat(asked.data().path("state").asString()).isEqualTo("pending");
        String id = asked.data().path("id").asString();
        eventually(kofi, id, "verified");
        Answer shown = kofi.get("user/verifications/" + id).expect(200);
        assertThat(shown.data().path("number").asString()).matches("GHA-\\*{6}\\d{3}-\\*");
        assertThat(shown.text()).doesNotContain(number);
        assertThat(kofi.post("user/verifications", body(number)).expect(409).code()).isEqualTo("verification_exists");
        people.somebody("ebuildify").get("user/verifications/" + id).expect(404);
        shop.client().get("user/verifications/" + id).expect(401);
        isNowhere(number, id);
    }

    @Test void a_card_that_nobody_knows_is_rejected_and_another_may_be_shown() {
        String first = ask(kofi, number('1'));
        eventually(kofi, first, "rejected");
        assertThat(kofi.get("user/verifications/" + first).data().path("reason").asString()).isEqualTo("no_such_card");
        eventually(kofi, ask(kofi, number('5')), "verified");
        assertThat(kofi.get("user/verifications").expect(200).data().size()).isEqualTo(2);
    }

    @Test void one_that_is_still_looked_at_is_asked_about_again_and_an_outage_is_waited_out() {
        for (char digit : new char[]{'2', '9'}) {
            Client somebody = people.somebody("ebuildify");
            String id = ask(somebody, number(digit));
            Eventually.holds("verified after asking again", Duration.ofSeconds(30), () -> {
                shop.database().execute("update customer.verifications set look_at = asked_at where id = ? "
                    + "and state = 'pending' and tries between 1 and 3", UUID.fromString(id));
                shop.bean(Jobs.class).run(Kyc.NAME).toFuture().join();
                return state(somebody, id).equals("verified");
            });
            assertThat(shop.database().number("select tries from customer.verifications where id = ?",
                UUID.fromString(id))).isGreaterThan(1);
        }
    }

    /// Guard: the partial unique index, met inside the insert. Without it every one of them is asked about.
    @Test void of_twenty_showings_at_once_one_counts() {
        List<Answer> answers = People.atOnce(20, i -> kofi.post("user/verifications", body(number('2'))));
        assertThat(People.count(answers, 202)).as(answers.toString()).isEqualTo(1);
        assertThat(People.count(answers, 409)).isEqualTo(19);
    }

    @Test void what_was_good_ends_with_its_time() {
        try (Shop own = Shop.with()) {
            Map<String, String> who = Map.of("email", UUID.randomUUID() + "@example.com", "password", "Wander-2026",
                "first_name", "Kofi", "last_name", "Boateng");
            own.client().post("auth/register", who);
            String id = ask(signedIn(own, who), number('3'));
            eventually(signedIn(own, who), id, "verified");
            own.bean(ShopClock.class).jump(Duration.ofDays(2));
            Client later = signedIn(own, who);
            assertThat(state(later, id)).as("whether a sweep came by or not").isEqualTo("expired");
            own.bean(Jobs.class).run(Kyc.NAME).toFuture().join();
            own.bean(Jobs.class).run(Kyc.NAME).toFuture().join();
            assertThat(own.database().value("select state from customer.verifications where id = ?",
                UUID.fromString(id))).isEqualTo("expired");
            assertThat(own.database().rows("select type from messaging.facts where aggregate = ? order by version",
                "verification:" + id).stream().map(row -> row.get("type")))
                .containsExactly("customer.VerificationAsked",
                    "customer.VerificationDecided", "customer.VerificationExpired");
            eventually(later, ask(later, number('0')), "verified");
        }
    }

    @Test void nobody_waits_for_ever() {
        String id = ask(kofi, number('2'));
        Eventually.holds("asked about once", () -> shop.database().number(
            "select tries from customer.verifications where id = ?", UUID.fromString(id)) == 1);
        shop.database().execute("update customer.verifications set asked_at = asked_at - interval '31 days', "
            + "look_at = asked_at where id = ?", UUID.fromString(id));
        eventually(kofi, id, "expired");
        assertThat(kofi.get("user/verifications/" + id).data().path("reason").asString()).isEqualTo("no_answer");
        eventually(kofi, ask(kofi, number('0')), "verified");
    }

    @Test void a_phone_of_another_country_is_refused_where_the_channel_asks_for_its_own() {
        kofi.patch("user/profile", Map.of("phone", "+233201234567")).expect(200);
        assertThat(kofi.patch("user/profile", Map.of("phone", "+12025550123")).expect(422).json().path("errors")
            .propertyNames()).containsExactly("phone");
        kofi.channel("pecos").patch("user/profile", Map.of("phone", "+12025550123")).expect(200);
    }

    private void isNowhere(String number, String id) {
        var tables = List.of("messaging.facts", "audit.entries", "customer.verifications", "http.idempotency");
        for (String table : tables)
            assertThat(shop.database().number("select count(*) from " + table + " t where t::text like ?",
                "%" + number.substring(4, 13) + "%")).as(table).isZero();
        Eventually.holds("it is in the account of who did what", () -> shop.database().number(
            "select count(*) from audit.entries where object = ?", "verification:" + id) == 2);
    }

    private static Client signedIn(Shop shop, Map<String, String> who) {
        return shop.client().channel("ebuildify").bearer(shop.client().post("auth/login", Map.of("email",
            who.get("email"), "password", who.get("password"))).expect(200).data().path("access_token").asString());
    }

    private static String ask(Client who, String number) {
        return who.post("user/verifications", body(number)).expect(202).data().path("id").asString();
    }

    private static void eventually(Client who, String id, String state) {
        Eventually.holds("it is " + state, () -> state(who, id).equals(state));
    }

    private static String state(Client who, String id) {
        return who.get("user/verifications/" + id).expect(200).data().path("state").asString();
    }

    private static Map<String, Object> body(String number) {
        return Map.of("kind", "ghana_card", "number", number);
    }

    private static String number(char last) {
        return "GHA-" + ThreadLocalRandom.current().nextInt(10_000_000, 99_999_999) + last + "-0";
    }
}
