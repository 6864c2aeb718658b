package io.millrace.sandbox;

import io.millrace.http.Json;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;
import tools.jackson.databind.node.ObjectNode;

/// The simulated Stripe: executes each call as one statement, under the idempotency key exactly as the real one: the
/// answer of a call that began is kept and replayed, other parameters are an `idempotency_error`, a concurrent one is
/// a 409, what failed validation is not kept.
final class StripeSandbox {
    private static final int STALE_TRIES = 20;
    private static final Duration STALE_WAIT = Duration.ofMillis(2);
    private static final Duration REFUND_LATER = Duration.ofMillis(300);
    private static final int REORDER_MS = 400;

    private final StripeStore store;
    private final ChaosDial dial;
    private final WebhookSender sender;
    private final InstantSource clock;
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    StripeSandbox(StripeStore store, ChaosDial dial, WebhookSender sender, InstantSource clock) {
        this.store = store;
        this.dial = dial;
        this.sender = sender;
        this.clock = clock;
    }

    /// A POST: what it is called, its form, and its idempotency key.
    record Call(String path, Map<String, String> form, @Nullable String key) {
        String print() {
            return path + "?" + new TreeMap<>(form);
        }
    }

    record Answer(int status, ObjectNode body, boolean replayed) {}

    /// What a call does: its answer, the rows, the events. `kept` is false for what failed validation.
    record Effect(int status, ObjectNode body, boolean kept, List<Piece> pieces, List<ObjectNode> events,
        List<Duration> delays) {
        static Effect refuse(int status, ObjectNode error) {
            return new Effect(status, error, false, List.of(), List.of(), List.of());
        }

        static Effect of(int status, ObjectNode body, List<Piece> pieces, ObjectNode... events) {
            return new Effect(status, body, true, pieces, List.of(events),
                java.util.Collections.nCopies(events.length, Duration.ZERO));
        }
    }

    Mono<Answer> create(Call call) {
        return run(call, () -> Mono.just(creation(call)));
    }

    Mono<Answer> change(Call call, String intent, Function<StripeStore.Intent, Effect> transition) {
        return run(call, () -> store.intent(intent).map(transition)
            .defaultIfEmpty(Effect.refuse(404, StripeDocs.error("invalid_request_error", "resource_missing",
                "No such payment_intent: '" + intent + "'", "intent"))));
    }

    /// The key is free again before the answer goes out: who has heard it may ask again at once.
    private Mono<Answer> run(Call call, java.util.function.Supplier<Mono<Effect>> work) {
        Mono<Answer> fresh = dial.now().flatMap(chaos -> dial.rolls(chaos.fail()) ? Mono.just(broken())
            : Mono.defer(work).flatMap(effect -> execute(call, effect, chaos))
                .map(answer -> dial.rolls(chaos.lose()) ? broken() : answer))
            .retryWhen(Retry.backoff(STALE_TRIES, STALE_WAIT)
                .filter(error -> error instanceof Refused refused && refused.is(Refused.STALE)));
        String key = call.key();
        if (key == null) return fresh;
        Mono<Answer> once = store.saved(key).map(saved -> replay(call, saved))
            .switchIfEmpty(Mono.defer(() -> fresh.onErrorResume(StripeSandbox::isUsed,
                used -> store.saved(key).map(saved -> replay(call, saved)))));
        return Mono.using(() -> running.add(key), mine -> mine ? once : Mono.just(inUse()), mine -> {
            if (mine) running.remove(key);
        });
    }

    private static Answer inUse() {
        return new Answer(409, StripeDocs.error("invalid_request_error", "idempotency_key_in_use",
            "There is currently another in-progress request using this key.", null), false);
    }

    private static boolean isUsed(Throwable error) {
        return error instanceof Refused refused && refused.is(StripeStore.KEY_USED);
    }

    private static Answer broken() {
        return new Answer(500, StripeDocs.error("api_error", null, "An unknown error occurred", null), false);
    }

    private static Answer replay(Call call, StripeStore.Saved saved) {
        if (!saved.print().equals(call.print()))
            return new Answer(400, StripeDocs.error("idempotency_error", null,
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                null), false);
        return new Answer(saved.status(), (ObjectNode) Json.OURS.readTree(saved.body()), true);
    }

    private Mono<Answer> execute(Call call, Effect effect, Chaos chaos) {
        Answer answer = new Answer(effect.status(), effect.body(), false);
        if (!effect.kept()) return Mono.just(answer);
        Instant now = clock.instant();
        Write write = Write.of(effect.pieces().toArray(Piece[]::new));
        if (call.key() != null)
            write = write.with(StripeStore.key(call.key(), call.print(), effect.status(),
                effect.body().toString(), now));
        if (!effect.events().isEmpty()) write = write.with(deliveries(effect, chaos, now));
        return store.run(write).thenReturn(answer).doOnNext(done -> sender.wake());
    }

    private Piece deliveries(Effect effect, Chaos chaos, Instant now) {
        List<ObjectNode> events = new ArrayList<>();
        List<Instant> due = new ArrayList<>();
        for (int i = 0; i < effect.events().size(); i++) {
            int copies = dial.rolls(chaos.duplicate()) ? 2 : 1;
            for (int copy = 0; copy < copies; copy++) {
                Duration passed = dial.rolls(chaos.reorder()) ? dial.upTo(REORDER_MS) : Duration.ZERO;
                events.add(effect.events().get(i));
                due.add(now.plus(effect.delays().get(i)).plus(dial.upTo(chaos.delayMs())).plus(passed));
            }
        }
        return StripeStore.deliver(events, due);
    }

    private Effect creation(Call call) {
        Instant now = clock.instant();
        long amount = number(call.form().get("amount"));
        if (amount <= 0)
            return Effect.refuse(400, StripeDocs.error("invalid_request_error", "parameter_invalid_integer",
                "Invalid integer: amount", "amount"));
        String currency = call.form().get("currency");
        if (currency == null || !currency.matches("[a-z]{3}"))
            return Effect.refuse(400, StripeDocs.error(
                "invalid_request_error", "parameter_missing", "Missing required param: currency.", "currency"));
        ObjectNode intent = StripeDocs.intent(call.form(), amount, now);
        return Effect.of(200, intent, List.of(StripeStore.insert(intent, now)),
            StripeDocs.event("payment_intent.created", intent, call.key(), now));
    }

    Effect confirm(Call call, StripeStore.Intent before, String actionUrl) {
        Instant now = clock.instant();
        ObjectNode intent = before.doc().deepCopy();
        String status = intent.path("status").asString();
        if (!Set.of("requires_payment_method", "requires_confirmation", "requires_action").contains(status))
            return unexpected("confirm", intent);
        String method = StripeDocs.method(call.form());
        if (method == null)
            return Effect.refuse(400, StripeDocs.error("invalid_request_error", "parameter_missing",
                "You must provide a payment method.", "payment_method"));
        StripeDocs.Decline decline = StripeDocs.decline(method);
        if (decline != null) return declined(call, before, intent, decline, now);
        StripeDocs.Card card = StripeDocs.card(method);
        if (card == null)
            return Effect.refuse(400, StripeDocs.error("invalid_request_error", "resource_missing",
                "No such PaymentMethod: '" + method + "'", "payment_method"));
        if (card != StripeDocs.Card.ASKS) return paid(call, before, intent, method, now);
        StripeDocs.ask(intent, method, actionUrl);
        return Effect.of(200, intent, List.of(StripeStore.update(before, intent, before.charge())),
            StripeDocs.event("payment_intent.requires_action", intent, call.key(), now));
    }

    /// The payer came back from the bank's page.
    Effect authenticated(Call call, StripeStore.Intent before, boolean success) {
        Instant now = clock.instant();
        ObjectNode intent = before.doc().deepCopy();
        if (!intent.path("status").asString().equals("requires_action")) return unexpected("confirm", intent);
        return success ? paid(call, before, intent, intent.path("payment_method").asString(), now)
            : declined(call, before, intent, new StripeDocs.Decline("payment_intent_authentication_failure",
                "authentication_failed", "The provided PaymentMethod has failed authentication."), now);
    }

    private Effect paid(Call call, StripeStore.Intent before, ObjectNode intent, String method, Instant now) {
        ObjectNode charge = StripeDocs.charge(intent, true, now);
        boolean manual = intent.path("capture_method").asString().equals("manual");
        if (manual) StripeDocs.hold(intent, charge, method);
        else StripeDocs.succeed(intent, charge, method);
        return Effect.of(200, intent, List.of(StripeStore.update(before, intent, charge)), StripeDocs.event(manual
            ? "payment_intent.amount_capturable_updated" : "payment_intent.succeeded", intent, call.key(), now));
    }

    private Effect declined(Call call, StripeStore.Intent before, ObjectNode intent, StripeDocs.Decline decline,
        Instant now) {
        ObjectNode charge = StripeDocs.charge(intent, false, now);
        ObjectNode error = StripeDocs.decline(intent, charge, decline).deepCopy();
        error.set("payment_intent", intent.deepCopy());
        return Effect.of(402, Json.OURS.createObjectNode().set("error", error),
            List.of(StripeStore.update(before, intent, charge)),
            StripeDocs.event("payment_intent.payment_failed", intent, call.key(), now));
    }

    Effect capture(Call call, StripeStore.Intent before) {
        Instant now = clock.instant();
        ObjectNode intent = before.doc().deepCopy();
        ObjectNode charge = before.charge();
        if (charge == null || !intent.path("status").asString().equals("requires_capture"))
            return unexpected("capture", intent);
        ObjectNode captured = charge.deepCopy();
        captured.put("captured", true).put("amount_captured", intent.path("amount").asLong());
        StripeDocs.succeed(intent, captured, intent.path("payment_method").asString());
        return Effect.of(200, intent, List.of(StripeStore.update(before, intent, captured)),
            StripeDocs.event("payment_intent.succeeded", intent, call.key(), now));
    }

    Effect cancel(Call call, StripeStore.Intent before) {
        Instant now = clock.instant();
        ObjectNode intent = before.doc().deepCopy();
        if (Set.of("succeeded", "canceled").contains(intent.path("status").asString()))
            return unexpected("cancel", intent);
        StripeDocs.cancel(intent, call.form().get("cancellation_reason"), now);
        return Effect.of(200, intent, List.of(StripeStore.update(before, intent, before.charge())),
            StripeDocs.event("payment_intent.canceled", intent, call.key(), now));
    }

    Effect refund(Call call, StripeStore.Intent before) {
        Instant now = clock.instant();
        ObjectNode intent = before.doc();
        if (before.charge() == null || !intent.path("status").asString().equals("succeeded"))
            return Effect.refuse(400, StripeDocs.error("invalid_request_error", "charge_not_refundable",
                "This PaymentIntent does not have a successful charge to refund.", "payment_intent"));
        ObjectNode charge = before.charge().deepCopy();
        long left = charge.path("amount").asLong() - charge.path("amount_refunded").asLong();
        long amount = call.form().containsKey("amount") ? number(call.form().get("amount")) : left;
        if (left == 0)
            return Effect.refuse(400, StripeDocs.error("invalid_request_error", "charge_already_refunded",
                "Charge " + charge.path("id").asString() + " has already been refunded.", null));
        if (amount <= 0 || amount > left)
            return Effect.refuse(400, StripeDocs.error("invalid_request_error",
                "amount_too_large",
                "Refund amount (" + amount + ") is greater than unrefunded amount on charge (" + left
                    + ")",
                "amount"));
        charge.put("amount_refunded", charge.path("amount_refunded").asLong() + amount)
            .put("refunded", amount == left);
        return refunded(call, before, charge, amount, now);
    }

    private Effect refunded(Call call, StripeStore.Intent before, ObjectNode charge, long amount, Instant now) {
        StripeDocs.Card card = StripeDocs.card(before.doc().path("payment_method").asString());
        boolean late = card == StripeDocs.Card.REFUNDS_LATER;
        ObjectNode refund = StripeDocs.refund(before.doc(), amount, late ? "pending" : "succeeded", call.form(), now);
        ObjectNode later = !late && card != StripeDocs.Card.REFUND_FAILS ? null : refund.deepCopy()
            .put("status", late ? "succeeded" : "failed");
        if (later != null && !late) later.put("failure_reason", "expired_or_canceled_card");
        List<Piece> pieces = List.of(StripeStore.update(before, before.doc(), charge), StripeStore.insertRefund(refund,
            later, later == null ? null : now.plus(REFUND_LATER), now));
        List<ObjectNode> events = new ArrayList<>(List.of(StripeDocs.event("refund.created", refund, call.key(), now),
            StripeDocs.event("charge.refunded", charge, call.key(), now)));
        List<Duration> delays = new ArrayList<>(List.of(Duration.ZERO, Duration.ZERO));
        if (later != null) {
            events.add(StripeDocs.event(late ? "refund.updated" : "refund.failed", later, null, now));
            delays.add(REFUND_LATER);
        }
        return new Effect(200, refund, true, pieces, events, delays);
    }

    private static Effect unexpected(String verb, ObjectNode intent) {
        ObjectNode error = StripeDocs.error("invalid_request_error", "payment_intent_unexpected_state",
            "You cannot " + verb + " this PaymentIntent because it has a status of "
                + intent.path("status").asString() + ".",
            null);
        ((ObjectNode) error.path("error")).set("payment_intent", intent.deepCopy());
        return Effect.refuse(400, error);
    }

    private static long number(@Nullable String text) {
        return text != null && text.matches("\\d{1,12}") ? Long.parseLong(text) : 0;
    }
}
