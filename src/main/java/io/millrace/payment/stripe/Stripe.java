package io.millrace.payment.stripe;

import io.millrace.money.Money;
import io.millrace.payment.Instrument;
import io.millrace.payment.Notice;
import io.millrace.payment.Payable;
import io.millrace.payment.PaymentProvider;
import io.millrace.payment.RefundReport;
import io.millrace.payment.Report;
import io.millrace.payment.Told;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/// Cards and wallets by Stripe PaymentIntents: we open one, the payer confirms it in the browser with the client
/// secret, and the webhook tells.
final class Stripe implements PaymentProvider, PaymentProvider.Webhooks {
    private static final int REFUNDS_LISTED = 100;
    private static final Pattern METHOD = Pattern.compile("pm_[A-Za-z0-9_]{3,120}");

    private final StripeSettings settings;
    private final StripeCalls calls;

    Stripe(StripeSettings settings, StripeCalls calls) {
        this.settings = settings;
        this.calls = calls;
    }

    @Override public String name() {
        return "stripe";
    }

    @Override public String account() {
        return "gateway:stripe";
    }

    @Override public boolean answers() {
        return true;
    }

    @Override public boolean live() {
        return settings.live();
    }

    @Override public Optional<String> publicKey() {
        return Optional.ofNullable(settings.publishableKey());
    }

    @Override public Optional<Webhooks> webhooks() {
        return Optional.of(this);
    }

    @Override public boolean isAuthentic(HttpHeaders headers, byte[] body, Instant now) {
        return StripeSignature.isAuthentic(headers.getFirst("Stripe-Signature"), body, settings.webhookSecrets(), now);
    }

    @Override public Notice read(byte[] body) {
        return StripeWords.notice(body);
    }

    @Override public Mono<Told<Report>> open(UUID payment, Payable payable) {
        Map<String, String> form = new LinkedHashMap<>();
        try {
            form.put("amount", Long.toString(StripeAmount.toWire(payable.sum())));
        } catch (IllegalArgumentException e) {
            return Mono.just(new Told.No<>("amount_not_payable"));
        }
        form.put("currency", currency(payable.sum()));
        form.put("automatic_payment_methods[enabled]", "true");
        form.put("metadata[order_id]", payable.ref());
        form.put("metadata[" + StripeWords.PAYMENT_ID + "]", payment.toString());
        form.put("metadata[channel]", payable.channel());
        return calls.post("/v1/payment_intents", form, payment.toString()).map(said(StripeWords::report));
    }

    @Override public Mono<Told<Report>> look(String object) {
        return calls.get("/v1/payment_intents/" + object).map(said(StripeWords::report))
            .flatMap(told -> told instanceof Told.Yes<Report>(var report) && report.stand() == Report.Stand.PAID
                ? withRefunds(report) : Mono.just(told));
    }

    private Mono<Told<Report>> withRefunds(Report report) {
        return calls.get("/v1/refunds?payment_intent=" + report.object() + "&limit=" + REFUNDS_LISTED)
            .map(said(list -> report.with(refunds(list))));
    }

    private static List<RefundReport> refunds(JsonNode list) {
        List<RefundReport> refunds = new ArrayList<>();
        for (JsonNode refund : list.path("data")) refunds.addFirst(StripeWords.refund(refund));
        return List.copyOf(refunds);
    }

    @Override public Mono<Told<Report>> cancel(UUID payment, String object) {
        return calls.post("/v1/payment_intents/" + object + "/cancel", Map.of("cancellation_reason", "abandoned"),
            "cancel-" + payment).map(said(StripeWords::report));
    }

    @Override public Mono<Told<RefundReport>> refund(UUID refund, String object, Money amount) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("payment_intent", object);
        form.put("amount", Long.toString(StripeAmount.toWire(amount)));
        form.put("metadata[" + StripeWords.REFUND_ID + "]", refund.toString());
        return calls.post("/v1/refunds", form, refund.toString()).map(said(StripeWords::refund));
    }

    @Override public Mono<Told<RefundReport>> lookRefund(String refundObject) {
        return calls.get("/v1/refunds/" + refundObject).map(said(StripeWords::refund));
    }

    /// The token goes into a path, so it has to look like one of Stripe's.
    @Override public Mono<Told<Instrument>> instrument(String token) {
        return METHOD.matcher(token).matches()
            ? calls.get("/v1/payment_methods/" + token).map(Stripe::onlyCards).map(said(StripeWords::instrument))
            : Mono.just(new Told.No<>("not_a_payment_method"));
    }

    /// Only cards can be kept for now.
    private static Told<JsonNode> onlyCards(Told<JsonNode> told) {
        return told instanceof Told.Yes<JsonNode>(var method) && !method.path("type").asString("").equals("card")
            ? new Told.No<>("not_a_card") : told;
    }

    /// A success that cannot be read says nothing.
    private static <T> Function<Told<JsonNode>, Told<T>> said(Function<JsonNode, T> reader) {
        return told -> switch (told) {
            case Told.Yes<JsonNode>(var json) -> {
                try {
                    yield new Told.Yes<>(reader.apply(json));
                } catch (IllegalArgumentException e) {
                    yield new Told.Unknown<>("unreadable answer: " + e.getMessage());
                }
            }
            case Told.No<JsonNode>(var reason) -> new Told.No<>(reason);
            case Told.Unknown<JsonNode>(var why) -> new Told.Unknown<>(why);
        };
    }

    private static String currency(Money sum) {
        return sum.currency().getCurrencyCode().toLowerCase(java.util.Locale.ROOT);
    }
}
