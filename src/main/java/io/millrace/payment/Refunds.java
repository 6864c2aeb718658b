package io.millrace.payment;

import io.millrace.money.Money;
import io.millrace.postgres.Piece;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

final class Refunds {
    Mono<Refunding> want(UUID payment, Money amount, String reason, List<RefundLine> lines) {
        throw new UnsupportedOperationException("not built yet");
    }
}
