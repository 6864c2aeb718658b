package io.millrace.payment;

import io.millrace.messaging.Change;
import io.millrace.messaging.InTransaction;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// A process above payment, as ordering is one: it hears in the transaction, reads its row, and adds its own guarded
/// pieces. Only in shops of this room's tests.
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("millrace.probe")
class ProbeModule {
    static final String SCHEMA = """
        create schema if not exists probe;
        create table if not exists probe.orders (
            ref text primary key, heard text[] not null default '{}', paid bigint not null default 0,
            back bigint not null default 0, captures int not null default 0, version int not null default 0);
        create table if not exists probe.refunding (ref text primary key)""";

    @Bean InTransaction<PaymentEvent> probe(Postgres postgres, Payments payments) {
        return new Probe(postgres, payments);
    }

    private record Probe(Postgres postgres, Payments payments) implements InTransaction<PaymentEvent> {
        @Override public Class<PaymentEvent> page() {
            return PaymentEvent.class;
        }

        @Override public Mono<Change> hear(List<PaymentEvent> facts, Change change) {
            List<PaymentEvent> mine = facts.stream().filter(fact -> fact.ref().startsWith("probe:")).toList();
            if (mine.isEmpty()) return Mono.just(change);
            return postgres.query("""
                select o.version, exists (select from probe.refunding r where r.ref = o.ref) as refunding
                  from probe.orders o where o.ref = :ref
                """, Map.of("ref", mine.getFirst().ref()), row -> new Seen(
                Objects.requireNonNull(row.get("version", Integer.class)),
                Boolean.TRUE.equals(row.get("refunding", Boolean.class)))).singleOrEmpty()
                .flatMap(seen -> Flux.fromIterable(mine).reduce(heard(mine, seen.version(), change),
                    (sofar, fact) -> answered(seen, fact, sofar)))
                .defaultIfEmpty(change);
        }

        /// An order that was cancelled meanwhile gives late money back in the very statement that books it.
        private Change answered(Seen seen, PaymentEvent fact, Change change) {
            return seen.refunding() && fact instanceof PaymentEvent.PaymentCaptured captured ? change.with(
                payments.refundWanted(captured.id(), captured.payment(), captured.sum(), "late")) : change;
        }

        private static Change heard(List<PaymentEvent> facts, int version, Change change) {
            long paid = 0;
            long back = 0;
            int captures = 0;
            for (PaymentEvent fact : facts) {
                if (fact instanceof PaymentEvent.PaymentCaptured captured) {
                    paid += captured.sum().minor();
                    captures++;
                }
                if (fact instanceof PaymentEvent.PaymentRefunded refunded) back += refunded.amount().minor();
            }
            return change.with(Piece.of("""
                probe_row as (
                    update probe.orders set heard = heard || :heard::text[], paid = paid + :paid, back = back + :back,
                           captures = captures + :captures, version = version + 1
                     where ref = :ref and version = :version returning 1)""")
                .bind("ref", facts.getFirst().ref()).bind("version", version).bind("paid", paid).bind("back", back)
                .bind("captures", captures)
                .bind("heard", facts.stream().map(fact -> fact.getClass().getSimpleName()).toArray(String[]::new))
                .check("exists (select from probe_row)", Refused.STALE));
        }

        private record Seen(int version, boolean refunding) {}
    }
}
