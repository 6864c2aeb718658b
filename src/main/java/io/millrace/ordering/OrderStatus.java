package io.millrace.ordering;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Where an order stands as a whole; the words of the API.
public enum OrderStatus {
    PENDING_PAYMENT, CONFIRMED, PROCESSING, SHIPPED, DELIVERED, COMPLETED, CANCELLED;

    @JsonValue public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<OrderStatus> of(String word) {
        return Stream.of(values()).filter(status -> status.word().equals(word)).findFirst();
    }

    /// Where the money of an order stands.
    public enum Payment {
        PENDING, FAILED, DUE, PAID, REFUNDING, PARTIALLY_REFUNDED, REFUNDED, CANCELLED;

        @JsonValue public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Where the goods of an order stand.
    public enum Fulfilment {
        UNFULFILLED, PACKED, SHIPPED, DELIVERED, CANCELLED;

        @JsonValue public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Where the stock of an order stands: promised, taken, lapsed unpaid, or given back.
    enum Stock {
        HELD, TAKEN, LAPSED, RETURNED;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
