package io.millrace.sandbox;

import static java.util.Objects.requireNonNull;

import io.millrace.http.Json;
import io.millrace.postgres.Postgres;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import reactor.core.publisher.Mono;

/// The dial's position, shared by all nodes within [#FRESH], and the dice.
final class ChaosDial {
    private static final Duration FRESH = Duration.ofMillis(200);

    private final Postgres postgres;
    private final InstantSource clock;
    private volatile Seen seen = new Seen(Chaos.CALM, Instant.EPOCH);
    private volatile Random dice = new Random(ThreadLocalRandom.current().nextLong());

    ChaosDial(Postgres postgres, InstantSource clock) {
        this.postgres = postgres;
        this.clock = clock;
    }

    private record Seen(Chaos chaos, Instant at) {}

    Mono<Chaos> now() {
        Seen last = seen;
        if (last.at().plus(FRESH).isAfter(clock.instant())) return Mono.just(last.chaos());
        return postgres.query("select settings::text as settings from sandbox.chaos", Map.of(),
            row -> Json.OURS.readValue(requireNonNull(row.get("settings", String.class)), Chaos.class))
            .singleOrEmpty().defaultIfEmpty(Chaos.CALM).doOnNext(this::see);
    }

    Mono<Chaos> turn(Chaos chaos) {
        return postgres.update("""
            insert into sandbox.chaos (one, settings) values (true, :settings::jsonb)
            on conflict (one) do update set settings = excluded.settings
            """, Map.of("settings", new String(Json.bytes(chaos), StandardCharsets.UTF_8)))
            .thenReturn(chaos).doOnNext(this::see);
    }

    private void see(Chaos chaos) {
        if (chaos.seed() != seen.chaos().seed()) dice = new Random(chaos.seed());
        seen = new Seen(chaos, clock.instant());
    }

    boolean rolls(double share) {
        return share > 0 && dice.nextDouble() < share;
    }

    Duration upTo(int ms) {
        return Duration.ofMillis(ms <= 0 ? 0 : dice.nextInt(ms + 1));
    }
}
