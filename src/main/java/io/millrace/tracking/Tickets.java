package io.millrace.tracking;

import io.millrace.http.Ids;
import io.millrace.http.Listener;
import io.millrace.postgres.Postgres;
import io.r2dbc.spi.Parameters;
import io.r2dbc.spi.Readable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// One-time tickets for one order's stream, because a browser's EventSource sends no headers: known by their hash, good
/// for [#LIFE], gone with their first use on whichever node.
final class Tickets {
    static final Duration LIFE = Duration.ofSeconds(30);
    private static final int TEXT_CHARS_MAX = 64;

    private final Postgres postgres;
    private final InstantSource clock;

    Tickets(Postgres postgres, InstantSource clock) {
        this.postgres = postgres;
        this.clock = clock;
    }

    /// Who got a ticket: whose streams are counted together, and whose sign-in it rests on (a guest's rests on none).
    record Holder(String reader, @Nullable Listener owner) {}

    Mono<String> issue(UUID order, Holder holder) {
        String ticket = Ids.token();
        Listener owner = holder.owner();
        return postgres.update("""
            insert into tracking.tickets (hash, order_id, reader, expires_at, account, proof)
            values (:hash, :order, :reader, :until, :account, :proof)
            """, Map.of("hash", hash(ticket), "order", order, "reader", holder.reader(), "until",
            clock.instant().plus(LIFE), "account", id(owner == null ? null : owner.account()), "proof",
            id(owner == null ? null : owner.proof())))
            .thenReturn(ticket);
    }

    private static Object id(@Nullable UUID id) {
        return id == null ? Parameters.in(UUID.class) : id;
    }

    /// Uses the ticket up and answers who got it; empty when it is unknown, another order's, used or too old.
    Mono<Holder> redeem(String ticket, UUID order) {
        if (ticket.length() > TEXT_CHARS_MAX) return Mono.empty();
        return postgres.query("""
            delete from tracking.tickets where hash = :hash and order_id = :order and expires_at > :now
            returning reader, account, proof
            """, Map.of("hash", hash(ticket), "order", order, "now", clock.instant()), Tickets::holder)
            .singleOrEmpty();
    }

    private static Holder holder(Readable row) {
        UUID account = row.get("account", UUID.class);
        return new Holder(String.valueOf(row.get("reader", String.class)),
            account == null ? null : new Listener(account, row.get("proof", UUID.class)));
    }

    /// Forgets what nobody used in time.
    Mono<Long> sweep() {
        return postgres.update("delete from tracking.tickets where expires_at <= :now",
            Map.of("now", clock.instant()));
    }

    private static byte[] hash(String ticket) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(ticket.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
