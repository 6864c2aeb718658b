package io.millrace.keys;

import io.millrace.http.ClientAddress;
import io.millrace.http.Limits;
import io.millrace.http.ProblemException;
import io.millrace.http.Verdict;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Keys that are not good (invented, mistyped, taken back), counted by the address that they come from: after
/// `millrace.limits.keys` of them the next is a 429, and nothing is looked up for it. Good keys of the same address go
/// on: a machine with an old key locks no other out.
final class BadKeys {
    private static final String LIMIT = "keys";

    private final Limits limits;

    BadKeys(Limits limits) {
        this.limits = limits;
    }

    /// Counts one. Empty, or the 429.
    <T> Mono<T> counted(ServerWebExchange exchange) {
        return limits.take(LIMIT, from(exchange)).flatMap(BadKeys::unless);
    }

    /// Empty, or the 429 as far as this node knows; counts nothing.
    <T> Mono<T> refused(ServerWebExchange exchange) {
        Verdict refusal = limits.refusal(LIMIT, from(exchange));
        return refusal == null ? Mono.empty() : unless(refusal);
    }

    private static <T> Mono<T> unless(Verdict verdict) {
        return verdict.allowed() ? Mono.empty() : Mono.error(new ProblemException(verdict.problem()));
    }

    private static String from(ServerWebExchange exchange) {
        return "address:" + ClientAddress.of(exchange).network();
    }
}
