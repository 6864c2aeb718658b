package io.millrace.payment;

import static io.millrace.payment.PaymentStatus.CANCELLED;
import static io.millrace.payment.PaymentStatus.CAPTURED;
import static io.millrace.payment.PaymentStatus.CREATED;
import static io.millrace.payment.PaymentStatus.DECLINED;
import static io.millrace.payment.PaymentStatus.FAILED;
import static io.millrace.payment.PaymentStatus.PARTIALLY_REFUNDED;
import static io.millrace.payment.PaymentStatus.PENDING;
import static io.millrace.payment.PaymentStatus.REFUNDED;
import static io.millrace.payment.PaymentStatus.REVIEW;
import static io.millrace.payment.PaymentStatus.UNKNOWN;

import io.millrace.money.Money;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The life of a payment: one switch, read top to bottom. What is paid never becomes unpaid; what is heard twice or
/// too late changes nothing; money that does not fit is set aside for a person.
final class Life {
    private Life() {}

    /// A payment after it heard something, and what the world must hear of it.
    record Story(Payment payment, List<News> news) {
        boolean isNew() {
            return !news.isEmpty();
        }
    }

    static Story hear(Payment payment, List<Heard> all) {
        Payment now = payment;
        List<News> news = new ArrayList<>();
        for (Heard heard : all) {
            Story step = hear(now, heard);
            now = step.payment();
            news.addAll(step.news());
        }
        return new Story(now, List.copyOf(news));
    }

    private record Moment(PaymentStatus status, Heard heard) {}

    static Story hear(Payment payment, Heard heard) {
        return switch (new Moment(payment.status(), heard)) {
            case Moment(var status, Heard.Opened(var object, var secret, var url)) when status == CREATED
                || status == UNKNOWN ->
                told(payment.at(PENDING, null).known(object).payable(secret, url), new News.Opened());
            case Moment(_, Heard.Opened _) -> same(payment);

            case Moment(var status, Heard.NoAnswer()) when status == CREATED -> same(payment.at(UNKNOWN, null));
            case Moment(_, Heard.NoAnswer()) -> same(payment);

            case Moment(var status, Heard.Refused(var reason)) when status == CREATED || status == UNKNOWN ->
                told(payment.at(FAILED, reason), new News.Cancelled(reason));
            case Moment(_, Heard.Refused _) -> same(payment);

            case Moment(var status, Heard.Paid _) when status.isPaid() -> same(payment);
            case Moment(_, Heard.Paid(var object, var received)) when received.equals(payment.sum()) ->
                told(payment.at(CAPTURED, null).known(object).sums(payment.sum(), payment.refunding(),
                    payment.refunded()), new News.Captured());
            case Moment(var status, Heard.Paid _) when status == REVIEW -> same(payment);
            case Moment(_, Heard.Paid(var object, var received)) -> quarantined(payment.known(object), received);

            case Moment(var status, Heard.Declined(var object, var attempt, var reason)) when status == CREATED
                || status == UNKNOWN || status == PENDING
                || status == DECLINED && attempt != null && !attempt.equals(payment.attempt()) ->
                told(payment.at(DECLINED, reason).known(object).tried(attempt), new News.Declined(reason));
            case Moment(_, Heard.Declined _) -> same(payment);

            case Moment(var status, Heard.Closed(var reason)) when status.isOpen() ->
                told(payment.at(CANCELLED, reason), new News.Cancelled(reason));
            case Moment(_, Heard.Closed _) -> same(payment);

            case Moment(var status, Heard.Returned returned) when status.isPaid() -> returned(payment, returned);
            case Moment(_, Heard.Returned _) -> same(payment);
            case Moment(_, Heard.NotReturned(var id, var reason)) -> payment.refund(id)
                .filter(refund -> refund.status().isUnderWay())
                .map(refund -> failed(payment, refund, refund.object(), reason)).orElse(same(payment));
            case Moment(_, Heard.NotAnswered(var id)) -> payment.refund(id)
                .filter(refund -> refund.status() == RefundStatus.WANTED)
                .map(refund -> same(payment.with(refund.at(RefundStatus.UNKNOWN, null, null)))).orElse(same(payment));
        };
    }

    private static Story returned(Payment payment, Heard.Returned returned) {
        RefundReport report = returned.report();
        Optional<Refund> known = payment.refundOf(report);
        if (known.isEmpty()) return foreign(payment, returned);
        Refund refund = known.get();
        return switch (report.stand()) {
            case PENDING -> refund.status() == RefundStatus.SENT || !refund.status().isUnderWay() ? same(payment)
                : same(payment.with(refund.at(RefundStatus.SENT, report.object(), null)));
            case SUCCEEDED -> refund.status().isUnderWay() ? succeeded(payment.sums(payment.captured(),
                payment.refunding().minus(refund.amount()), payment.refunded()),
                refund.at(RefundStatus.SUCCEEDED, report.object(), null)) : same(payment);
            case FAILED -> refund.status() == RefundStatus.FAILED ? same(payment)
                : failed(payment, refund, report.object(), report.reason() == null ? "failed" : report.reason());
        };
    }

    /// Somebody gave money back at the provider's own desk.
    private static Story foreign(Payment payment, Heard.Returned returned) {
        RefundReport report = returned.report();
        if (report.stand() != RefundReport.Stand.SUCCEEDED) return same(payment);
        return succeeded(payment, new Refund(returned.fresh(), report.amount(), "refunded_at_provider", List.of(),
            RefundStatus.SUCCEEDED, report.object(), null, 0, payment.createdAt()));
    }

    private static Story succeeded(Payment payment, Refund refund) {
        Money refunded = payment.refunded().plus(refund.amount());
        PaymentStatus next = refunded.equals(payment.captured()) ? REFUNDED : PARTIALLY_REFUNDED;
        return told(payment.with(refund).sums(payment.captured(), payment.refunding(), refunded)
            .at(next, payment.reason()), new News.Refunded(refund, refunded));
    }

    private static Story failed(Payment payment, Refund refund, @org.jspecify.annotations.Nullable String object,
        String reason) {
        boolean booked = refund.status() == RefundStatus.SUCCEEDED;
        Money refunded = booked ? payment.refunded().minus(refund.amount()) : payment.refunded();
        Money refunding = booked ? payment.refunding() : payment.refunding().minus(refund.amount());
        Refund gone = refund.at(RefundStatus.FAILED, object, reason);
        return told(payment.with(gone).sums(payment.captured(), refunding, refunded)
            .at(refunded.isZero() ? CAPTURED : PARTIALLY_REFUNDED, payment.reason()),
            new News.RefundFailed(gone, refunded, reason, booked));
    }

    private static Story quarantined(Payment payment, Money received) {
        String reason = received.currency().equals(payment.sum().currency()) ? "wrong_amount" : "wrong_currency";
        return told(payment.at(REVIEW, reason), new News.Quarantined(reason));
    }

    private static Story told(Payment payment, News news) {
        return new Story(payment.told(), List.of(news));
    }

    private static Story same(Payment payment) {
        return new Story(payment, List.of());
    }
}
