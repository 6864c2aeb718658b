package io.millrace.payment;

import org.jspecify.annotations.Nullable;

/// What an authentic webhook says: its id, its type, whether it is about real money, and the matter.
public record Notice(String event, String type, boolean live, Matter matter) {

    /// What it is about.
    public sealed interface Matter {
        /// Tells all there is to know.
        record Paying(Report report) implements Matter {}

        /// One refund of the payment that the provider knows as `object`.
        record Refunding(String object, RefundReport report) implements Matter {}

        /// Tells too little to act on: the provider is asked about `object`. `flag` is what a person should know.
        record Look(String object, @Nullable String flag) implements Matter {}

        /// Nothing that concerns a payment; kept.
        record Nothing() implements Matter {}

        /// Signed, but not to be understood; kept for a person.
        record Unreadable() implements Matter {}
    }
}
