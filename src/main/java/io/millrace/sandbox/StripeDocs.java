package io.millrace.sandbox;

import io.millrace.http.Json;
import io.millrace.http.Ids;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Stripe's objects as Stripe writes them, and what its test cards do; pure.
final class StripeDocs {
    static final String API_VERSION = "2026-10-28.endive";

    private StripeDocs() {}

    /// A card that is refused, and how.
    record Decline(String code, String declineCode, String message) {}

    /// What a payment method does when it is charged.
    enum Card { PAYS, ASKS, REFUNDS_LATER, REFUND_FAILS }

    private static final Map<String, Decline> DECLINES = Map.of(
        "chargeDeclined", new Decline("card_declined", "generic_decline", "Your card was declined."),
        "chargeDeclinedInsufficientFunds",
        new Decline("card_declined", "insufficient_funds", "Your card has insufficient funds."),
        "chargeDeclinedLostCard", new Decline("card_declined", "lost_card", "Your card was declined."),
        "chargeDeclinedStolenCard", new Decline("card_declined", "stolen_card", "Your card was declined."),
        "chargeDeclinedExpiredCard", new Decline("expired_card", "expired_card", "Your card has expired."),
        "chargeDeclinedIncorrectCvc",
        new Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."),
        "chargeDeclinedProcessingError", new Decline("processing_error", "processing_error",
            "An error occurred while processing your card. Try again in a little bit."));
    private static final Map<String, String> NUMBERS = Map.of("4242424242424242", "pm_card_visa",
        "5555555555554444", "pm_card_mastercard", "4000000000000002", "pm_card_visa_chargeDeclined",
        "4000000000009995", "pm_card_visa_chargeDeclinedInsufficientFunds",
        "4000002500003155", "pm_card_authenticationRequired", "4000000000007726", "pm_card_pendingRefund",
        "4000000000005126", "pm_card_refundFail");

    /// The token that a card number stands for, as a browser would send it.
    static @Nullable String method(Map<String, String> form) {
        String method = form.get("payment_method");
        String number = form.get("payment_method_data[card][number]");
        return method != null ? method : number == null ? null : NUMBERS.get(number.replace(" ", ""));
    }

    static @Nullable Decline decline(String method) {
        return DECLINES.get(method.replaceFirst("^pm_card_(visa_)?", ""));
    }

    static @Nullable Card card(String method) {
        return switch (method) {
            case "pm_card_visa", "pm_card_mastercard", "pm_card_visa_debit", "pm_card_amex" -> Card.PAYS;
            case "pm_card_authenticationRequired", "pm_card_threeDSecure2Required" -> Card.ASKS;
            case "pm_card_pendingRefund" -> Card.REFUNDS_LATER;
            case "pm_card_refundFail" -> Card.REFUND_FAILS;
            default -> null;
        };
    }

    /// The PaymentMethod behind a test token; null where Stripe knows none.
    static @Nullable ObjectNode paymentMethod(String id, Instant now) {
        if (card(id) == null && decline(id) == null) return null;
        boolean amex = id.contains("amex");
        boolean mastercard = id.contains("mastercard");
        ObjectNode method = Json.OURS.createObjectNode();
        method.put("id", id).put("object", "payment_method").put("type", "card").put("livemode", false)
            .put("created", now.getEpochSecond()).putNull("customer");
        method.putObject("card").put("brand", amex ? "amex" : mastercard ? "mastercard" : "visa")
            .put("last4", amex ? "8431" : mastercard ? "4444" : decline(id) != null ? "0002" : "4242")
            .put("exp_month", 12).put("exp_year", id.endsWith("ExpiredCard") ? 2020 : 2034).put("funding", "credit")
            .put("country", "US");
        return method;
    }

    static ObjectNode intent(Map<String, String> form, long amount, Instant now) {
        String id = id("pi");
        ObjectNode intent = Json.OURS.createObjectNode();
        intent.put("id", id).put("object", "payment_intent").put("amount", amount).put("amount_capturable", 0)
            .put("amount_received", 0).put("currency", form.getOrDefault("currency", "usd"))
            .put("capture_method", form.getOrDefault("capture_method", "automatic_async"))
            .put("client_secret", id + "_secret_" + word()).put("created", now.getEpochSecond())
            .put("livemode", false).putNull("latest_charge").putNull("last_payment_error").putNull("next_action")
            .putNull("payment_method").putNull("canceled_at").putNull("cancellation_reason")
            .put("status", "requires_payment_method");
        intent.set("metadata", metadata(form));
        return intent;
    }

    static ObjectNode charge(ObjectNode intent, boolean paid, Instant now) {
        ObjectNode charge = Json.OURS.createObjectNode();
        charge.put("id", id("ch")).put("object", "charge").put("amount", intent.path("amount").asLong())
            .put("amount_captured", paid ? intent.path("amount").asLong() : 0).put("amount_refunded", 0)
            .put("currency", intent.path("currency").asString()).put("created", now.getEpochSecond())
            .put("livemode", false).put("paid", paid).put("captured", paid).put("refunded", false)
            .put("payment_intent", intent.path("id").asString()).put("status", paid ? "succeeded" : "failed");
        charge.set("metadata", intent.path("metadata").deepCopy());
        return charge;
    }

    static void succeed(ObjectNode intent, ObjectNode charge, String method) {
        intent.put("status", "succeeded").put("amount_received", intent.path("amount").asLong())
            .put("amount_capturable", 0).put("latest_charge", charge.path("id").asString())
            .put("payment_method", method).putNull("next_action").putNull("last_payment_error");
    }

    static void hold(ObjectNode intent, ObjectNode charge, String method) {
        charge.put("captured", false).put("amount_captured", 0);
        intent.put("status", "requires_capture").put("amount_capturable", intent.path("amount").asLong())
            .put("latest_charge", charge.path("id").asString()).put("payment_method", method)
            .putNull("next_action").putNull("last_payment_error");
    }

    static ObjectNode decline(ObjectNode intent, ObjectNode charge, Decline decline) {
        ObjectNode error = Json.OURS.createObjectNode();
        error.put("type", "card_error").put("code", decline.code()).put("decline_code", decline.declineCode())
            .put("message", decline.message()).put("charge", charge.path("id").asString())
            .put("doc_url", "https://stripe.com/docs/error-codes/" + decline.code().replace('_', '-'));
        intent.put("status", "requires_payment_method").put("latest_charge", charge.path("id").asString())
            .putNull("next_action").putNull("payment_method");
        intent.set("last_payment_error", error);
        return error;
    }

    static void ask(ObjectNode intent, String method, String url) {
        intent.put("status", "requires_action").put("payment_method", method).putNull("last_payment_error");
        ObjectNode action = intent.putObject("next_action");
        action.put("type", "redirect_to_url").putObject("redirect_to_url").put("url", url).putNull("return_url");
    }

    static void cancel(ObjectNode intent, @Nullable String reason, Instant now) {
        intent.put("status", "canceled").put("canceled_at", now.getEpochSecond()).put("amount_capturable", 0)
            .put("cancellation_reason", reason).putNull("next_action");
    }

    static ObjectNode refund(ObjectNode intent, long amount, String status, Map<String, String> form, Instant now) {
        ObjectNode refund = Json.OURS.createObjectNode();
        refund.put("id", id("re")).put("object", "refund").put("amount", amount)
            .put("charge", intent.path("latest_charge").asString()).put("created", now.getEpochSecond())
            .put("currency", intent.path("currency").asString())
            .put("payment_intent", intent.path("id").asString()).put("reason", form.get("reason"))
            .put("status", status);
        refund.set("metadata", metadata(form));
        return refund;
    }

    static ObjectNode event(String type, ObjectNode object, @Nullable String key, Instant now) {
        ObjectNode event = Json.OURS.createObjectNode();
        event.put("id", id("evt")).put("object", "event").put("api_version", API_VERSION)
            .put("created", now.getEpochSecond()).put("livemode", false).put("pending_webhooks", 1).put("type", type);
        event.putObject("request").put("id", id("req")).put("idempotency_key", key);
        event.putObject("data").set("object", object.deepCopy());
        return event;
    }

    static ObjectNode error(String type, @Nullable String code, String message, @Nullable String param) {
        ObjectNode error = Json.OURS.createObjectNode();
        error.put("type", type).put("message", message);
        if (code != null) error.put("code", code);
        if (param != null) error.put("param", param);
        return Json.OURS.createObjectNode().set("error", error);
    }

    private static ObjectNode metadata(Map<String, String> form) {
        ObjectNode metadata = Json.OURS.createObjectNode();
        new TreeMap<>(form).forEach((name, value) -> {
            if (name.startsWith("metadata[") && name.endsWith("]"))
                metadata.put(name.substring("metadata[".length(), name.length() - 1), value);
        });
        return metadata;
    }

    static String id(String prefix) {
        return prefix + "_" + word();
    }

    private static String word() {
        return UUID.nameUUIDFromBytes(Ids.token().getBytes(java.nio.charset.StandardCharsets.US_ASCII)).toString()
            .replace("-", "");
    }
}
