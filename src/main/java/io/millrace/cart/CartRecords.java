package io.millrace.cart;

import static java.util.Objects.requireNonNull;

import io.millrace.http.Json;
import io.millrace.postgres.Postgres;
import io.millrace.vault.PersonalRecords;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/// A person's carts, open and gone.
final class CartRecords implements PersonalRecords {
    private final Postgres postgres;

    CartRecords(Postgres postgres) {
        this.postgres = postgres;
    }

    /// A cart as an export tells it.
    record Kept(UUID id, String channel, String status, Instant createdAt, Instant updatedAt, JsonNode lines) {}

    @Override public String section() {
        return "carts";
    }

    @Override public Flux<Kept> of(UUID account) {
        return postgres.query("""
            select id, channel, status, created_at, updated_at, (
                   select coalesce(jsonb_agg(jsonb_build_object('variant_id', variant_id, 'quantity', quantity,
                              'options', options) order by place), '[]')::text
                     from cart.lines where cart_id = carts.id) as lines
              from cart.carts where account = :account order by id
            """, Map.of("account", account), row -> new Kept(requireNonNull(row.get("id", UUID.class)),
            requireNonNull(row.get("channel", String.class)), requireNonNull(row.get("status", String.class)),
            requireNonNull(row.get("created_at", Instant.class)), requireNonNull(row.get("updated_at", Instant.class)),
            Json.OURS.readTree(requireNonNull(row.get("lines", String.class)))));
    }

    @Override public Mono<Void> erase(UUID account) {
        return postgres.update("""
            with mine as (select id from cart.carts where account = :account),
                 gone as (delete from cart.lines where cart_id in (select id from mine) returning cart_id)
            select count(*) from gone
            """, Map.of("account", account))
            .then(postgres.update("delete from cart.carts where account = :account", Map.of("account", account)))
            .then();
    }
}
