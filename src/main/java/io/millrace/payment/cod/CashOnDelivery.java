package io.millrace.payment.cod;

import io.millrace.money.Money;
import io.millrace.payment.Instrument;
import io.millrace.payment.Payable;
import io.millrace.payment.PaymentProvider;
import io.millrace.payment.RefundReport;
import io.millrace.payment.Report;
import io.millrace.payment.Told;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// Cash: payable from the moment it is placed, paid when staff marks it collected, and given back over the counter.
final class CashOnDelivery implements PaymentProvider {
    @Override public String name() {
        return "cod";
    }

    @Override public String account() {
        return "cash:cod";
    }

    @Override public boolean answers() {
        return false;
    }

    @Override public boolean live() {
        return true;
    }

    @Override public Optional<String> publicKey() {
        return Optional.empty();
    }

    @Override public Optional<Webhooks> webhooks() {
        return Optional.empty();
    }

    @Override public Mono<Told<Instrument>> instrument(String token) {
        return Mono.just(new Told.No<>("nothing_is_kept"));
    }

    @Override public Mono<Told<Report>> open(UUID payment, Payable payable) {
        return Mono.just(new Told.No<>("cash is open from the start"));
    }

    /// Nobody knows more than our own row does.
    @Override public Mono<Told<Report>> look(String object) {
        return Mono.just(new Told.Unknown<>("there is nobody to ask about cash"));
    }

    @Override public Mono<Told<Report>> cancel(UUID payment, String object) {
        Money nothing = Money.of(0, "USD");
        return Mono.just(new Told.Yes<>(new Report(object, Report.Stand.CANCELLED, nothing, nothing, payment, true,
            null, null, null, null, List.of())));
    }

    @Override public Mono<Told<RefundReport>> refund(UUID refund, String object, Money amount) {
        return Mono.just(new Told.Yes<>(new RefundReport("cod_" + refund, refund, amount,
            RefundReport.Stand.SUCCEEDED, null)));
    }

    @Override public Mono<Told<RefundReport>> lookRefund(String refundObject) {
        return Mono.just(new Told.Unknown<>("there is nobody to ask about cash"));
    }
}
