package io.millrace.customer;

import java.time.Instant;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// An outside house that knows whether a document is real and whose it is. Asked by a worker with our id as its
/// idempotency key, never inside a transaction; it never fails.
interface KycProvider {
    /// What is asked about; the number is the document's own and is logged nowhere.
    record Question(UUID verification, String kind, String number, String name) {
        @Override public String toString() {
            return "Question[" + verification + ", " + kind + "]";
        }
    }

    /// What it says.
    sealed interface Finding {
        record Verified(Instant until) implements Finding {}

        /// `reason` is a short word, such as `no_such_card`.
        record Rejected(String reason) implements Finding {}

        /// It is still looking.
        record Pending() implements Finding {}

        /// No answer, or one that says nothing.
        record Silent(String why) implements Finding {}
    }

    Mono<Finding> ask(Question question);
}
