package io.millrace.payment;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Holds a provider's word against the payment it claims to be about, before [Life] hears it.
final class Fitting {
    private Fitting() {}

    /// A payment after a report, and what of the report does not fit and goes to a person.
    record Heeded(Life.Story story, List<String> misfits) {}

    /// Why a report cannot be about this payment, if it cannot; the order of the checks is the order of their gravity.
    static Optional<String> misfit(@Nullable Payment payment, Report report, boolean live) {
        if (report.live() != live) return Optional.of("wrong_mode");
        if (payment == null) return Optional.of("unknown_object");
        if (payment.object() != null && !payment.object().equals(report.object())) return Optional.of("other_object");
        if (report.payment() != null && !report.payment().equals(payment.id())) return Optional.of("other_payment");
        if (payment.object() == null && report.payment() == null) return Optional.of("unknown_object");
        return Optional.empty();
    }

    /// Why the money of a paid report is not the money that was asked for, if it is not.
    static Optional<String> wrongSum(Payment payment, Report report) {
        if (report.stand() != Report.Stand.PAID || report.received().equals(payment.sum())) return Optional.empty();
        return Optional.of(report.received().currency().equals(payment.sum().currency())
            ? "wrong_amount" : "wrong_currency");
    }

    /// Why a refund cannot be of this payment, if it cannot.
    static Optional<String> misfit(Payment payment, RefundReport report) {
        if (!report.amount().currency().equals(payment.sum().currency())) return Optional.of("refund_wrong_currency");
        Optional<Refund> ours = payment.refundOf(report);
        if (ours.isPresent())
            return ours.get().amount().equals(report.amount()) ? Optional.empty() : Optional.of("refund_wrong_amount");
        if (report.refund() != null) return Optional.of("refund_unknown");
        boolean tooMuch = report.stand() == RefundReport.Stand.SUCCEEDED
            && payment.status().isPaid() && report.amount().compareTo(payment.left()) > 0;
        return tooMuch ? Optional.of("refund_exceeds_captured") : Optional.empty();
    }

    /// Lets the payment hear a whole report; money in before money back.
    static Heeded heed(Payment payment, Report report, Supplier<UUID> ids) {
        Life.Story story = Life.hear(payment, word(report));
        List<News> news = new ArrayList<>(story.news());
        List<String> misfits = new ArrayList<>();
        Payment now = story.payment();
        for (RefundReport refund : report.refunds()) {
            Heeded step = heed(now, refund, ids.get());
            now = step.story().payment();
            news.addAll(step.story().news());
            misfits.addAll(step.misfits());
        }
        return new Heeded(new Life.Story(now, List.copyOf(news)), List.copyOf(misfits));
    }

    static Heeded heed(Payment payment, RefundReport report, UUID fresh) {
        Optional<String> misfit = misfit(payment, report);
        return misfit.map(reason -> new Heeded(new Life.Story(payment, List.of()), List.of(reason)))
            .orElseGet(() -> new Heeded(Life.hear(payment, new Heard.Returned(report, fresh)), List.of()));
    }

    static Heard word(Report report) {
        return switch (report.stand()) {
            case OPEN -> new Heard.Opened(report.object(), report.clientSecret(), report.redirectUrl());
            case DECLINED -> new Heard.Declined(report.object(), report.attempt(),
                report.reason() == null ? "declined" : report.reason());
            case PAID -> new Heard.Paid(report.object(), report.received());
            case CANCELLED -> new Heard.Closed(report.reason() == null ? "cancelled_at_provider" : report.reason());
        };
    }
}
