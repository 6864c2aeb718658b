package io.millrace.customer;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// That somebody showed a document, and what an outside house says about it. `masked` is all that is left to see of the
/// document's number.
record Verification(UUID id, UUID account, String kind, State state, String masked, @Nullable String reason,
    long version, Instant askedAt, @Nullable Instant decidedAt, @Nullable Instant expiresAt) {
    /// Ghana's identity card.
    static final String GHANA_CARD = "ghana_card";
    private static final Pattern GHANA_CARD_NUMBER = Pattern.compile("GHA-\\d{9}-\\d");
    private static final int SHOWN_FROM = 10;

    enum State {
        PENDING, VERIFIED, REJECTED, EXPIRED;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// How it stands at that time: what is past its end is expired, whether a sweep came by or not.
    State stateAt(Instant now) {
        return state == State.VERIFIED && expiresAt != null && !now.isBefore(expiresAt) ? State.EXPIRED : state;
    }

    Verification decided(State next, @Nullable String why, Instant at, @Nullable Instant until) {
        return new Verification(id, account, kind, next, masked, why, version + 1, askedAt, at, until);
    }

    /// A document's number as it is written, when it has the form of its kind.
    static Optional<String> number(String kind, String typed) {
        String number = typed.strip().toUpperCase(Locale.ROOT);
        return kind.equals(GHANA_CARD) && GHANA_CARD_NUMBER.matcher(number).matches() ? Optional.of(number)
            : Optional.empty();
    }

    /// `GHA-******789-*`.
    static String masked(String number) {
        return number.substring(0, 4) + "*".repeat(SHOWN_FROM - 4) + number.substring(SHOWN_FROM, number.length() - 1)
            + "*";
    }
}
