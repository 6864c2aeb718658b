package io.millrace.payment.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.http.Json;
import io.millrace.payment.Notice;
import io.millrace.payment.Report;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StripeWordsTest {
    private static final String INTENT = """
        {"id":"pi_1","object":"payment_intent","amount":2000,"amount_received":%d,"currency":"usd","status":"%s",
         "livemode":false,"latest_charge":"ch_1","last_payment_error":%s,"something_new":{"a":[1]},
         "metadata":{"payment_id":"0198c0de-0000-7000-8000-000000000001"}}""";

    private static Report report(int received, String status, String error) {
        return StripeWords.report(Json.OURS.readTree(INTENT.formatted(received, status, error)));
    }

    @Test void every_status_of_an_intent_has_a_meaning_and_unknown_ones_mean_wait() {
        assertThat(report(2000, "succeeded", "null").stand()).isEqualTo(Report.Stand.PAID);
        assertThat(report(0, "canceled", "null").stand()).isEqualTo(Report.Stand.CANCELLED);
        assertThat(report(0, "requires_payment_method", "null").stand()).isEqualTo(Report.Stand.OPEN);
        for (String status : new String[]{"requires_confirmation", "requires_action", "processing",
            "requires_capture", "invented_tomorrow"})
            assertThat(report(0, status, "null").stand()).as(status).isEqualTo(Report.Stand.OPEN);
        Report declined = report(0, "requires_payment_method",
            "{\"code\":\"card_declined\",\"decline_code\":\"insufficient_funds\"}");
        assertThat(declined.stand()).isEqualTo(Report.Stand.DECLINED);
        assertThat(declined.reason()).isEqualTo("insufficient_funds");
    }

    @Test void types_that_we_do_not_know_are_nothing_and_nonsense_is_unreadable() {
        assertThat(StripeWords.notice("{\"id\":\"evt_1\",\"type\":\"customer.created\",\"data\":{\"object\":{}}}"
            .getBytes(StandardCharsets.UTF_8)).matter()).isInstanceOf(Notice.Matter.Nothing.class);
        for (String body : new String[]{"", "null", "[]", "{", "{\"id\":1}", "{\"id\":\"evt_1\"}",
            "{\"id\":\"evt_1\",\"type\":\"payment_intent.succeeded\"}",
            "{\"id\":\"evt_1\",\"type\":\"payment_intent.succeeded\",\"data\":{\"object\":{\"id\":\"pi_1\","
                + "\"currency\":\"zzz\",\"status\":\"succeeded\",\"amount\":1}}}",
            "{\"id\":\"evt_1\",\"type\":\"payment_intent.succeeded\",\"data\":{\"object\":{\"id\":\"pi_1\","
                + "\"currency\":\"usd\",\"status\":\"succeeded\",\"amount\":1.5}}}"}) {
            Notice notice = StripeWords.notice(body.getBytes(StandardCharsets.UTF_8));
            assertThat(notice.matter()).as(body).isInstanceOf(Notice.Matter.Unreadable.class);
            assertThat(notice.event()).startsWith("sha256:");
        }
    }

    /// Ten thousand mutations of a good letter: never an exception.
    @Test void reading_never_throws() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] good = ("{\"id\":\"evt_1\",\"type\":\"payment_intent.succeeded\",\"livemode\":false,"
            + "\"data\":{\"object\":" + INTENT.formatted(2000, "succeeded", "null") + "}}")
            .getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 10_000 * Integer.getInteger("scale", 1); i++) {
            byte[] bad = good.clone();
            for (int flips = random.nextInt(1, 6); flips > 0; flips--)
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            assertThat(StripeWords.notice(bad)).as("seed " + seed).isNotNull();
        }
    }
}
