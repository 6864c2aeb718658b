package io.millrace.payment;

import io.millrace.money.Money;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a provider says of one payment, in our words: its own id, where it stands, the sum asked and the sum received,
/// our id as it carries it, and whether it is real money. `attempt` is its id of the payer's last try.
public record Report(String object, Stand stand, Money sum, Money received, @Nullable UUID payment, boolean live,
    @Nullable String attempt, @Nullable String reason, @Nullable String clientSecret, @Nullable String redirectUrl,
    List<RefundReport> refunds) {

    /// OPEN covers everything the payer still has to do or wait for.
    public enum Stand { OPEN, DECLINED, PAID, CANCELLED }

    public Report with(List<RefundReport> refunds) {
        return new Report(object, stand, sum, received, payment, live, attempt, reason, clientSecret, redirectUrl,
            refunds);
    }
}
