package io.millrace.payment;

import io.millrace.money.Money;
import io.millrace.postgres.Piece;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

final class Settling {
    Mono<Settlement> verify(String provider, String object) {
        throw new UnsupportedOperationException("not built yet");
    }
}
