package io.millrace.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.money.Money;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LifeTest {
    private static final UUID ID = new UUID(0, 1);
    private static final UUID REFUND = new UUID(0, 2);
    private static final Money SUM = Money.parse("100.00 USD");
    private static final Path MATRIX = Path.of("src/test/resources/payment/life.txt");

    private static Payment payment(PaymentStatus status) {
        Payment fresh = Payment.fresh(ID, new Payable("probe:1", SUM, "stripe", "pecos", null, null), status, "pi_1",
            Instant.EPOCH);
        Money zero = Money.zero(SUM.currency());
        return switch (status) {
            case CAPTURED -> fresh.sums(SUM, zero, zero);
            case PARTIALLY_REFUNDED -> fresh.sums(SUM, zero, Money.parse("40.00 USD"));
            case REFUNDED -> fresh.sums(SUM, zero, SUM);
            default -> fresh;
        };
    }

    private static Payment refunding(RefundStatus status) {
        Money forty = Money.parse("40.00 USD");
        Money zero = Money.zero(SUM.currency());
        Refund refund = new Refund(REFUND, forty, "because", List.of(), status, "re_1", null, 0, Instant.EPOCH);
        boolean done = status == RefundStatus.SUCCEEDED;
        return payment(done ? PaymentStatus.PARTIALLY_REFUNDED : PaymentStatus.CAPTURED)
            .sums(SUM, status.isUnderWay() ? forty : zero, done ? forty : zero).with(refund);
    }

    private static Heard.Returned returned(RefundReport.Stand stand) {
        return new Heard.Returned(new RefundReport("re_1", REFUND, Money.parse("40.00 USD"), stand, null), REFUND);
    }

    private static Map<String, Heard> words() {
        Map<String, Heard> words = new LinkedHashMap<>();
        words.put("opened", new Heard.Opened("pi_1", "secret", null));
        words.put("no answer", new Heard.NoAnswer());
        words.put("refused", new Heard.Refused("no"));
        words.put("paid", new Heard.Paid("pi_1", SUM));
        words.put("paid 1.00", new Heard.Paid("pi_1", Money.parse("1.00 USD")));
        words.put("paid EUR", new Heard.Paid("pi_1", Money.parse("100.00 EUR")));
        words.put("declined", new Heard.Declined("pi_1", "ch_2", "card_declined"));
        words.put("closed", new Heard.Closed("abandoned"));
        words.put("refunded 40.00 elsewhere", new Heard.Returned(new RefundReport("re_9", null,
            Money.parse("40.00 USD"), RefundReport.Stand.SUCCEEDED, null), REFUND));
        return words;
    }

    /// A new state or word shows up here as a row that somebody has to approve. `-Dapprove=true` writes the file.
    @Test void the_matrix_of_states_and_words_is_the_approved_one() throws IOException {
        StringBuilder matrix = new StringBuilder();
        for (PaymentStatus status : PaymentStatus.values())
            words().forEach((word, heard) -> line(matrix, status.wire(), word, Life.hear(payment(status), heard)));
        for (RefundStatus status : RefundStatus.values())
            for (RefundReport.Stand stand : RefundReport.Stand.values())
                line(matrix, "refund " + status.wire(), stand.name().toLowerCase(java.util.Locale.ROOT),
                    Life.hear(refunding(status), returned(stand)));
        if (Boolean.getBoolean("approve")) {
            Files.createDirectories(MATRIX.getParent());
            Files.writeString(MATRIX, matrix);
        }
        assertThat(matrix.toString()).isEqualTo(Files.readString(MATRIX));
    }

    private static void line(StringBuilder out, String state, String word, Life.Story story) {
        Payment after = story.payment();
        String refund = after.refund(REFUND).map(of -> " refund=" + of.status().wire()).orElse("");
        out.append("%-20s x %-26s -> %-20s captured=%s refunding=%s refunded=%s%s %s%n".formatted(state, word,
            after.status().wire(), after.captured().decimal(), after.refunding().decimal(), after.refunded().decimal(),
            refund, story.news().stream().map(news -> news.getClass().getSimpleName()).toList()));
    }

    @Test void what_is_paid_never_becomes_unpaid_whatever_is_heard_after() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Heard> words = List.copyOf(words().values());
        for (int round = 0; round < 20_000 * Integer.getInteger("scale", 1); round++) {
            Payment now = payment(PaymentStatus.CREATED);
            long facts = 0;
            int captures = 0;
            for (int step = 0; step < 12; step++) {
                boolean paid = now.status().isPaid();
                Life.Story story = Life.hear(now, words.get(random.nextInt(words.size())));
                // a foreign refund is held against what is left before the switch hears it
                if (story.payment().refunded().compareTo(SUM) > 0) continue;
                now = story.payment();
                facts += story.news().size();
                captures += (int) story.news().stream().filter(News.Captured.class::isInstance).count();
                assertThat(paid && !now.status().isPaid()).as("seed " + seed).isFalse();
                assertThat(now.version()).as("a version for each fact, seed " + seed).isEqualTo(facts);
            }
            assertThat(captures).as("seed " + seed).isLessThanOrEqualTo(1);
        }
    }
}
