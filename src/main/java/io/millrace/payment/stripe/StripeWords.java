package io.millrace.payment.stripe;

import io.millrace.http.Ids;
import io.millrace.http.Json;
import io.millrace.payment.Instrument;
import io.millrace.payment.Notice;
import io.millrace.payment.RefundReport;
import io.millrace.payment.Report;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Translates Stripe's objects into our words. Unknown fields and unknown values of known fields are tolerated; what
/// is missing or of the wrong kind makes the whole unreadable.
final class StripeWords {
    static final String PAYMENT_ID = "payment_id";
    static final String REFUND_ID = "refund_id";
    private static final int EVENT_CHARS_MAX = 200;

    private StripeWords() {}

    static Report report(JsonNode intent) {
        String currency = text(intent, "currency");
        String status = text(intent, "status");
        JsonNode error = intent.path("last_payment_error");
        Report.Stand stand = switch (status) {
            case "succeeded" -> Report.Stand.PAID;
            case "canceled" -> Report.Stand.CANCELLED;
            case "requires_payment_method" -> error.isObject() ? Report.Stand.DECLINED : Report.Stand.OPEN;
            default -> Report.Stand.OPEN;
        };
        String reason = stand == Report.Stand.CANCELLED ? optional(intent, "cancellation_reason")
            : error.isObject() ? optional(error, error.hasNonNull("decline_code") ? "decline_code" : "code") : null;
        return new Report(text(intent, "id"), stand, StripeAmount.fromWire(number(intent, "amount"), currency),
            StripeAmount.fromWire(intent.path("amount_received").asLong(0), currency),
            ours(intent, PAYMENT_ID), intent.path("livemode").asBoolean(false), optional(intent, "latest_charge"),
            reason, optional(intent, "client_secret"),
            optional(intent.path("next_action").path("redirect_to_url"), "url"), List.of());
    }

    static RefundReport refund(JsonNode refund) {
        RefundReport.Stand stand = switch (text(refund, "status")) {
            case "succeeded" -> RefundReport.Stand.SUCCEEDED;
            case "failed", "canceled" -> RefundReport.Stand.FAILED;
            default -> RefundReport.Stand.PENDING;
        };
        return new RefundReport(text(refund, "id"), ours(refund, REFUND_ID),
            StripeAmount.fromWire(number(refund, "amount"), text(refund, "currency")), stand,
            optional(refund, "failure_reason"));
    }

    /// The card behind a PaymentMethod, as Stripe describes it.
    static Instrument instrument(JsonNode method) {
        JsonNode card = method.path("card");
        return new Instrument(text(method, "id"), text(method, "type"), text(card, "brand"), text(card, "last4"),
            (int) number(card, "exp_month"), (int) number(card, "exp_year"));
    }

    /// An authentic delivery; never throws.
    static Notice notice(byte[] body) {
        try {
            JsonNode event = Json.OURS.readTree(body);
            String id = text(event, "id");
            if (id.length() > EVENT_CHARS_MAX) return unreadable(body);
            String type = text(event, "type");
            JsonNode object = event.path("data").path("object");
            return new Notice(id, type, event.path("livemode").asBoolean(false), matter(type, object));
        } catch (JacksonException | IllegalArgumentException e) {
            return unreadable(body);
        }
    }

    private static Notice.Matter matter(String type, JsonNode object) {
        return switch (type) {
            case "payment_intent.created", "payment_intent.requires_action", "payment_intent.processing",
                "payment_intent.amount_capturable_updated", "payment_intent.succeeded",
                "payment_intent.payment_failed", "payment_intent.canceled" ->
                new Notice.Matter.Paying(report(object));
            case "refund.created", "refund.updated", "refund.failed", "charge.refund.updated" ->
                new Notice.Matter.Refunding(text(object, "payment_intent"), refund(object));
            case "charge.refunded" -> new Notice.Matter.Look(text(object, "payment_intent"), null);
            case "charge.dispute.created" ->
                new Notice.Matter.Look(text(object, "payment_intent"), "dispute_opened");
            case "charge.dispute.closed", "charge.dispute.funds_withdrawn", "charge.dispute.updated",
                "charge.dispute.funds_reinstated" -> new Notice.Matter.Look(text(object, "payment_intent"), null);
            default -> new Notice.Matter.Nothing();
        };
    }

    private static Notice unreadable(byte[] body) {
        try {
            String print = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
            return new Notice("sha256:" + print, "unreadable", false, new Notice.Matter.Unreadable());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable UUID ours(JsonNode object, String name) {
        String id = optional(object.path("metadata"), name);
        return id == null ? null : Ids.read(id).orElse(null);
    }

    private static String text(JsonNode object, String name) {
        JsonNode value = object.path(name);
        if (!value.isString()) throw new IllegalArgumentException(name + " is missing");
        return value.asString();
    }

    private static @Nullable String optional(JsonNode object, String name) {
        JsonNode value = object.path(name);
        return value.isString() ? value.asString() : null;
    }

    private static long number(JsonNode object, String name) {
        JsonNode value = object.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong())
            throw new IllegalArgumentException(name + " is not a whole number");
        return value.asLong();
    }
}
