package io.millrace.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.Shop;
import io.r2dbc.spi.Parameters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class PostgresTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private final Shop shop = Shop.shared();
    private final Postgres postgres = shop.bean(Postgres.class);

    @BeforeEach void table() {
        shop.database().execute("""
            create schema if not exists bench;
            drop table if exists bench.things;
            create table bench.things (id int primary key, note text, n int not null default 0);
            insert into bench.things (id) values (1), (2);
            """);
    }

    private static Piece raise(int id, int by) {
        return Piece.of("raised{i} as (update bench.things set n = n + :by where id = :id returning n)")
            .bind("by", by).bind("id", id)
            .check("(select n from raised{i}) >= 0", "too_low").answer("n{i}", "(select n from raised{i})");
    }

    @Test void pieces_run_as_one_statement_and_answer_by_name() {
        var answers = Objects.requireNonNull(postgres.run(Write.of(raise(1, 5), raise(2, 7))).block(LONG));
        assertThat(answers.values()).containsEntry("n", 5).containsEntry("n_2", 7);
    }

    @Test void a_check_that_fails_rolls_every_piece_back_and_says_why() {
        assertThatThrownBy(() -> postgres.run(Write.of(raise(1, 5), raise(2, -1))).block(LONG))
            .isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.reason()).isEqualTo("too_low"));
        assertThat(shop.database().number("select sum(n) from bench.things")).isZero();
    }

    @Test void a_null_is_bound_with_its_type() {
        postgres.run(Write.of(Piece.of("noted as (update bench.things set note = :note where id = 1)")
            .bind("note", null, String.class))).block(LONG);
        Map<String, Object> binds = new HashMap<>();
        binds.put("note", Parameters.in(String.class));
        assertThat(postgres.update("update bench.things set note = :note where id = 2", binds).block(LONG)).isOne();
        assertThat(shop.database().number("select count(*) from bench.things where note is null")).isEqualTo(2);
    }

    @Test void statements_of_one_transaction_share_its_connection_and_its_end() {
        List<Integer> backends = new ArrayList<>();
        Mono<Integer> backend = postgres.query("select pg_backend_pid() as pid", Map.of(),
            row -> row.get("pid", Integer.class)).single().doOnNext(backends::add);
        Mono<Long> raise = postgres.update("update bench.things set n = 9 where id = :id", Map.of("id", 1));
        Mono<Object> work = backend.then(raise).then(backend).then(raise).then(backend)
            .then(Mono.error(new IllegalStateException("enough")));
        for (int i = 0; i < 40; i++) {
            backends.clear();
            assertThatThrownBy(() -> postgres.transactional(work).block(LONG)).hasMessage("enough");
            assertThat(backends).hasSize(3);
            assertThat(backends.stream().distinct()).hasSize(1);
        }
        assertThat(shop.database().number("select sum(n) from bench.things")).isZero();
    }

    @Test void a_refusal_inside_a_transaction_takes_the_whole_of_it_back() {
        Mono<?> work = postgres.update("update bench.things set n = 3 where id = 2", Map.of())
            .then(postgres.run(Write.of(raise(1, -1))));
        assertThatThrownBy(() -> postgres.transactional(work).block(LONG)).isInstanceOf(Refused.class);
        assertThat(shop.database().number("select sum(n) from bench.things")).isZero();
    }

    @Test void a_deadlock_is_tried_again() {
        AtomicInteger direction = new AtomicInteger();
        // Both rows in one statement, in either order and slowly: such statements deadlock with each other.
        Long done = Flux.range(0, 6).flatMap(i -> {
            boolean up = direction.incrementAndGet() % 2 == 0;
            return postgres.run(Write.of(Piece.of("locked as materialized (select id, pg_sleep(0.02) from (select id "
                + "from bench.things order by id " + (up ? "asc" : "desc") + ") one for update)"), Piece.of("""
                    raised as (update bench.things set n = n + 1 where id in (select id from locked) returning 1)""")));
        }, 2).count().block(LONG);
        assertThat(done).isEqualTo(6);
        assertThat(shop.database().number("select sum(n) from bench.things")).isEqualTo(12);
    }
}
