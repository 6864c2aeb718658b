package io.millrace.messaging;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.testing.Database;
import io.millrace.testing.Shop;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;

/// A tiny module inside a shop: counters that tick, a consumer that writes down what it hears, and one that hears on
/// every node. Switched on by the setting `rig`.
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("rig")
class Rig {
    static final String CONSUMER = "rig.messaging";

    /// What this node's ears heard, and what they choke on.
    static final class Ears {
        final List<RigEvent> everywhere = new CopyOnWriteArrayList<>();
        final List<String> traces = new CopyOnWriteArrayList<>();
        volatile Predicate<RigEvent> chokes = fact -> false;
    }

    @Bean Ears ears() {
        return new Ears();
    }

    @Bean Subscription<RigEvent> rigOnOneNode(Postgres postgres, Ears ears) {
        return Subscription.of("rig", RigEvent.class, fact -> Mono.deferContextual(context -> {
            ears.traces.add(io.millrace.http.RequestId.of(context) + " "
                + io.millrace.tracing.Trace.of(context).map(io.millrace.tracing.Trace::traceId).orElse(""));
            if (ears.chokes.test(fact)) return Mono.error(new IllegalStateException("choked"));
            return postgres.update("insert into rig.heard (fact_id, aggregate, version) values (:id, :aggregate, :v)",
                Map.of("id", fact.id(), "aggregate", fact.aggregate(), "v", fact.version())).then();
        }));
    }

    @Bean Subscription<RigEvent> rigOnEveryNode(Ears ears) {
        return Subscription.everyNode("rig-everywhere", RigEvent.class,
            facts -> Mono.fromRunnable(() -> ears.everywhere.addAll(facts)));
    }

    private static final class Shared {
        private static final Shop SHOP = shop();
    }

    /// One shop with the rig for all classes that do not break it.
    static Shop shared() {
        return Shared.SHOP;
    }

    /// A shop with the rig and its tables.
    static Shop shop(String... settings) {
        Shop shop = Shop.with(with(settings));
        tables(shop.database());
        return shop;
    }

    static String[] with(String... settings) {
        List<String> all = new ArrayList<>(List.of("rig", "true", "millrace.messaging.lease", "2s"));
        all.addAll(List.of(settings));
        return all.toArray(String[]::new);
    }

    static void tables(Database database) {
        database.execute("""
            create schema if not exists rig;
            create table if not exists rig.counters (name text primary key, version bigint not null);
            create table if not exists rig.heard (place bigint generated always as identity, fact_id uuid,
                aggregate text, version bigint);
            """);
    }

    /// One tick of a counter: read, decide, commit, again when somebody was faster.
    static Mono<Long> tick(Shop shop, String counter, String note) {
        Postgres postgres = shop.bean(Postgres.class);
        return Change.retryStale(() -> postgres.query("select version from rig.counters where name = :name",
            Map.of("name", counter), row -> row.get("version", Long.class)).singleOrEmpty().defaultIfEmpty(0L)
            .flatMap(version -> shop.bean(Messaging.class).commit(ticked(counter, version, note))
                .thenReturn(version + 1)));
    }

    static Change ticked(String counter, long seen, String note) {
        Piece piece = Piece.of("""
            counter as (
                insert into rig.counters as old (name, version) values (:name, 1)
                on conflict (name) do update set version = old.version + 1 where old.version = :seen
                returning version)""").bind("name", counter).bind("seen", seen)
            .check("(select version from counter) = :seen + 1", "stale");
        return Change.of(piece).named("tick").tells(new RigEvent.Ticked(UUID.randomUUID(), counter, seen + 1,
            Instant.now(), note));
    }

    static long heard(Shop shop, String aggregate) {
        return shop.database().number("select count(*) from rig.heard where aggregate = ?", aggregate);
    }

    /// I8: every fact in the log was heard exactly once, and each aggregate in ascending order.
    static List<String> wrongs(Database database) {
        return database.rows("""
            select 'lost' as wrong, aggregate, version from messaging.facts f
             where module = 'messaging' and not exists (select from rig.heard h where h.fact_id = f.id)
            union all
            select 'doubled', aggregate, version from rig.heard group by aggregate, version having count(*) > 1
            union all
            select 'out of order', aggregate, version
              from (select aggregate, version, lag(version, 1, 0::bigint) over (partition by aggregate order by place)
                           as before from rig.heard) told
             where version <> before + 1
            """).stream().map(Object::toString).toList();
    }
}
