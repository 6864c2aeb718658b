package io.millrace.vault;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.postgres.Postgres;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Puts data keys that an older master key wrapped under the newest one, while the shop goes on: what they sealed stays
/// as it is. Each row is exchanged only as it was read, so it may be stopped and done again at any place.
/// `millrace.vault.keys.old` says how many are left.
final class Rotation {
    private static final int ROWS_PER_STEP = 500;
    private static final HexFormat HEX = HexFormat.of();
    private static final Logger LOG = LoggerFactory.getLogger(Rotation.class);

    private final Postgres postgres;
    private final Masters masters;
    private final Vault vault;
    private final AtomicLong left = new AtomicLong();

    Rotation(Postgres postgres, Masters masters, Vault vault, MeterRegistry meters) {
        this.postgres = postgres;
        this.masters = masters;
        this.vault = vault;
        Gauge.builder("millrace.vault.keys.old", left, AtomicLong::get)
            .description("Data keys that an older master key still wraps").register(meters);
    }

    private record Row(UUID person, byte[] wrapped) {}

    /// Answers how many keys it exchanged.
    Mono<Long> run() {
        return vault.rewrapShopKey().then(count())
            .flatMap(waiting -> Flux.fromIterable(masters.older()).concatMap(this::exchangeAll).reduce(0L, Long::sum))
            .doOnNext(done -> {
                if (done > 0) LOG.info("{} data keys are under the newest master key now", done);
            })
            .flatMap(done -> count().thenReturn(done));
    }

    private Mono<Long> exchangeAll(byte[] older) {
        return step(older).expand(done -> done == 0 ? Mono.empty() : step(older)).reduce(0L, Long::sum);
    }

    private Mono<Long> count() {
        return Flux.fromIterable(masters.older()).concatMap(older -> postgres.query("""
            select count(*) as n from vault.keys
             where substring(wrapped from 2 for 8) = :older and wrapped is not null
            """, Map.of("older", older), row -> requireNonNull(row.get("n", Long.class))).single())
            .reduce(0L, Long::sum).doOnNext(left::set);
    }

    private Mono<Long> step(byte[] older) {
        return postgres.query("""
            select person, wrapped from vault.keys
             where substring(wrapped from 2 for 8) = :older and wrapped is not null limit :many
            """, Map.of("older", older, "many", ROWS_PER_STEP), row -> new Row(
            requireNonNull(row.get("person", UUID.class)), requireNonNull(row.get("wrapped", byte[].class))))
            .collectList()
            .flatMap(rows -> rows.isEmpty() ? Mono.just(0L) : exchanged(rows));
    }

    private Mono<Long> exchanged(List<Row> rows) {
        return postgres.update("""
            update vault.keys k set wrapped = decode(new.wrapped, 'hex')
              from unnest(:persons::uuid[], :before::text[], :after::text[]) as new(person, before, wrapped)
             where k.person = new.person and k.wrapped = decode(new.before, 'hex')
            """, Map.of("persons", rows.stream().map(Row::person).toArray(UUID[]::new),
            "before", rows.stream().map(row -> HEX.formatHex(row.wrapped)).toArray(String[]::new),
            "after", rows.stream().map(row -> HEX.formatHex(rewrapped(row))).toArray(String[]::new)));
    }

    private byte[] rewrapped(Row row) {
        Place place = Masters.of(row.person);
        return masters.wrap(place, masters.unwrap(place, row.wrapped));
    }
}
