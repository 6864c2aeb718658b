package io.millrace.storefront;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.ProductDraft;
import io.millrace.catalog.ProductType;
import io.millrace.catalog.VariantDraft;
import io.millrace.http.Redis;
import io.millrace.messaging.Fact;
import io.millrace.money.Money;
import io.millrace.postgres.Postgres;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import io.millrace.tracing.Spans;
import io.r2dbc.spi.R2dbcException;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/// What ready bytes cost and what they never cost: the database is asked once, and Redis may be gone.
class ReadyPagesTest {
    private final Shop shop = Shop.shared();
    private final String mark = UUID.randomUUID().toString().substring(0, 8);

    @Test void a_hundred_readers_of_a_page_that_is_not_ready_ask_the_database_once() {
        ReadyPages pages = shop.bean(ReadyPages.class);
        AtomicInteger asked = new AtomicInteger();
        List<CompletableFuture<Ready>> readers = new ArrayList<>();
        for (int i = 0; i < 100; i++)
            readers.add(pages.get("pecos", "test|" + mark,
                pages.freshness().ofLists("test-" + mark),
                () -> Mono.fromSupplier(() -> new SharedPages.Content(200, null,
                    new byte[]{(byte) asked.incrementAndGet()})).delayElement(Duration.ofMillis(300)))
                .toFuture());
        assertThat(readers.stream().map(reader -> reader.join().bytes()[0])).containsOnly((byte) 1);
        assertThat(asked).hasValue(1);
    }

    /// Guard: the stamps in the key of a flight. Without them the second reader is given what was read too early.
    @Test void an_answer_begun_before_a_change_is_not_given_to_those_who_come_after_it() {
        ReadyPages pages = shop.bean(ReadyPages.class);
        Ready.Stamp[] stamps = {new Ready.Stamp()};
        CompletableFuture<Ready> before = pages.get("pecos", "old|" + mark, stamps, () -> slowly(1)).toFuture();
        stamps[0].move();
        CompletableFuture<Ready> after = pages.get("pecos", "old|" + mark, stamps, () -> slowly(2)).toFuture();
        assertThat(before.join().isGood(System.nanoTime())).isFalse();
        assertThat(after.join().bytes()[0]).isEqualTo((byte) 2);
    }

    /// Guard: the shared answers are forgotten before this node's stamps move. The other way round, who reads in
    /// between keeps what Redis still has, as if it had been made after the change.
    @Test void who_reads_in_the_middle_of_a_change_does_not_keep_what_redis_still_has() {
        String channel = "test-" + mark;
        UUID product = UUID.randomUUID();
        SharedPages shared = new SharedPages(shop.bean(Redis.class));
        ReadyPages pages = new ReadyPages(new Freshness(), shared, 1_000_000);
        AtomicInteger committed = new AtomicInteger(1);
        IntSupplier shown = () -> Objects.requireNonNull(pages.get(channel, "page",
            pages.freshness().ofProduct(channel, product), () -> Mono.fromSupplier(
                () -> new SharedPages.Content(200, null, new byte[]{(byte) committed.get()})))
            .block()).bytes()[0];
        Eventually.holds("Redis is asked", () -> shared.find(channel, "page").block() != null);
        assertThat(List.of(shown.getAsInt(), shown.getAsInt())).containsOnly(1);
        Eventually.holds("Redis has it", () -> {
            SharedPages.Found found = shared.find(channel, "page").block();
            return found != null && found.content() != null;
        });
        committed.set(2);
        List<Integer> between = new ArrayList<>();
        Fact change = new StorefrontEvent.StockShown(UUID.randomUUID(), 1, Instant.EPOCH, product, channel, true);
        pages.heard(new AbstractCollection<>() {
            @Override public Iterator<Fact> iterator() {
                Iterator<Fact> one = List.of(change).iterator();
                return new Iterator<>() {
                    @Override public boolean hasNext() {
                        if (!one.hasNext()) between.add(shown.getAsInt());
                        return one.hasNext();
                    }

                    @Override public Fact next() {
                        return one.next();
                    }
                };
            }

            @Override public int size() {
                return 1;
            }
        });
        assertThat(between).isNotEmpty();
        assertThat(shown.getAsInt()).isEqualTo(2);
    }

    private static Mono<SharedPages.Content> slowly(int content) {
        return Mono.delay(Duration.ofMillis(100))
            .map(tick -> new SharedPages.Content(404, null, new byte[]{(byte) content}));
    }

    @Test void a_list_page_is_one_statement_whatever_it_shows_and_then_none() {
        List<ProductDraft> drafts = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            VariantDraft[] variants = new VariantDraft[5];
            for (int v = 0; v < 5; v++)
                variants[v] = VariantDraft.piece(mark + i + "-" + v, "v" + v, Money.parse("5.00 USD"), 1L);
            drafts.add(ProductDraft.of("bizmarket", "Counted " + mark + " " + i, ProductType.PHYSICAL, variants));
        }
        shop.bean(Catalog.class).save(drafts, Catalog.Repeats.CHANGE_NOTHING).toFuture().join();
        shop.database().execute("create extension if not exists pg_stat_statements");
        Client client = shop.client().channel("bizmarket");
        String list = "/api/v1/products?per_page=30&sort=name&search=" + mark;
        assertThat(statements(() -> client.get(list).expect(200))).isEqualTo(1);
        assertThat(client.get(list).data()).hasSize(30);
        Eventually.holds("the facts of the save have all been heard",
            () -> statements(() -> client.get(list).expect(200)) == 0);
        Eventually.holds("its other spelling is the same page",
            () -> statements(() -> client.get(list + "&page=1").expect(200)) == 0);
        assertThat(statements(() -> client.get("/api/v1/products/search?q=" + mark).expect(200))).isEqualTo(1);
    }

    private long statements(Runnable work) {
        String count = "select coalesce(sum(calls), 0) from pg_stat_statements s join pg_database d on d.oid = s.dbid "
            + "where d.datname = current_database() and query ~ '^with (page|hits)'";
        long before = shop.database().number(count);
        work.run();
        return shop.database().number(count) - before;
    }

    @Test void shoppers_connections_refuse_writes_and_end_what_takes_too_long() {
        Postgres postgres = postgres(shop.bean(ReadOnly.class));
        assertThat(fails(postgres, "delete from storefront.products where id is null returning 1")).contains("25006");
        assertThat(fails(postgres, "select 1 from pg_sleep(5)")).contains("57014");
    }

    /// Guard: the bound on prepared statements, without which whoever varies a search fills PostgreSQL's memory.
    @Test void a_connection_keeps_few_of_the_statements_that_shoppers_put_together() {
        ReadOnly own = ReadOnly.of(shop.bean(R2dbcConnectionDetails.class).getConnectionFactoryOptions(), 1,
            Duration.ofSeconds(2));
        try {
            Postgres postgres = postgres(own);
            String kept = "select count(*) from pg_prepared_statements where 1 = :one";
            for (int i = 0; i < ReadOnly.STATEMENTS_MAX + 50; i++)
                assertThat(number(postgres, "select " + i + "::bigint where 1 = :one")).isEqualTo(i);
            assertThat(number(postgres, kept)).as("one may be on its way out").isBetween(1L,
                ReadOnly.STATEMENTS_MAX + 1L);
        } finally {
            own.destroy();
        }
    }

    private static long number(Postgres postgres, String sql) {
        Long number = postgres.query(sql, Map.of("one", 1), row -> row.get(0, Long.class)).single().toFuture().join();
        return Objects.requireNonNull(number);
    }

    /// What nobody asked for before is not kept: it would push out what people do ask for.
    @Test void an_answer_is_kept_from_the_second_time_on_that_it_is_asked_for() {
        ReadyPages pages = shop.bean(ReadyPages.class);
        Ready.Stamp[] stamps = {new Ready.Stamp()};
        AtomicInteger made = new AtomicInteger();
        List<Integer> told = new ArrayList<>();
        for (int i = 0; i < 4; i++)
            told.add((int) pages.get("pecos", "again|" + mark, stamps, () -> Mono.fromSupplier(
                () -> new SharedPages.Content(200, null, new byte[]{(byte) made.incrementAndGet()})))
                .toFuture().join().bytes()[0]);
        assertThat(told).containsExactly(1, 2, 2, 2);
    }

    private static Postgres postgres(ReadOnly own) {
        return new Postgres(own.connections(), Shop.shared().bean(TransactionalOperator.class), Spans.OFF);
    }

    private static String fails(Postgres postgres, String sql) {
        return postgres.query(sql, Map.of(), row -> "went through").next()
            .onErrorResume(R2dbcException.class, error -> Mono.just(String.valueOf(error.getSqlState())))
            .toFuture().join();
    }

    @Test void with_redis_gone_everything_is_served_all_the_same() {
        try (Shop alone = Shop.with("spring.data.redis.url", "redis://127.0.0.1:1")) {
            Client client = alone.client();
            for (int i = 0; i < 20; i++) client.get("/api/v1/products?per_page=" + (i + 1)).expect(200);
            client.get("/api/v1/products/nothing-" + mark).expect(404);
        }
    }
}
