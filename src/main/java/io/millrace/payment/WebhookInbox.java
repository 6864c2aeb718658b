package io.millrace.payment;

import static java.util.Objects.requireNonNull;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Write;
import io.millrace.vault.DataKey;
import io.millrace.vault.Place;
import io.millrace.vault.Vault;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Authentic deliveries as they came. A row is `pending` until its effect committed together with it.
final class WebhookInbox {
    /// A delivery whose processing died is taken up by the sweep after this.
    static final Duration DRIVE_AGAIN = Duration.ofSeconds(30);
    private static final String PURPOSE = "payment.webhooks";

    /// Bodies of settled deliveries are kept this long, for questions; what they did is in the payments.
    static final Duration BODY_KEPT = Duration.ofDays(30);
    private static final int FORGOTTEN_PER_SWEEP_MAX = 5_000;

    private final Postgres postgres;
    private final Vault vault;

    WebhookInbox(Postgres postgres, Vault vault) {
        this.postgres = postgres;
        this.vault = vault;
    }

    /// One delivery's key.
    record Key(String provider, String event) {}

    /// What was found when it was stored: the row's status, how often it came, and the payment it is about.
    record Stored(String status, int deliveries, @Nullable Payment payment) {
        boolean isPending() {
            return status.equals("pending");
        }
    }

    /// A delivery as an admin sees it.
    record Delivery(String provider, String eventId, String type, String status, String outcome, int deliveries,
        int tries, Instant receivedAt, @Nullable Instant settledAt) {}

    /// Bytes to be driven again.
    record Kept(Key key, byte[] body, int tries) {}

    /// Stores the bytes and reads the payment they are about, in one statement.
    Mono<Stored> store(Key key, Notice notice, byte[] body, Instant now) {
        String status = switch (notice.matter()) {
            case Notice.Matter.Nothing() -> "ignored";
            case Notice.Matter.Unreadable() -> "quarantined";
            default -> "pending";
        };
        boolean pending = status.equals("pending");
        Map<String, Object> binds = new HashMap<>(about(notice.matter()));
        binds.putAll(Map.of("provider", key.provider(), "event", key.event(), "type", notice.type(),
            "body", sealed(key, body), "status", status, "now", now,
            "look_at", PaymentRows.orNull(pending ? now.plus(DRIVE_AGAIN) : null, Instant.class),
            "settled_at", PaymentRows.orNull(pending ? null : now, Instant.class)));
        return postgres.query("""
            with stored as (
                insert into payment.webhook_inbox (provider, event_id, type, body, status, received_at, look_at,
                    settled_at)
                values (:provider, :event, :type, :body, :status, :now, :look_at, :settled_at)
                on conflict (provider, event_id) do update set deliveries = webhook_inbox.deliveries + 1
                returning status, deliveries)
            select s.status as inbox_status, s.deliveries, p.*
              from stored s left join lateral (select\s""" + PaymentRows.COLUMNS + """
                  from payment.payments p
                 where p.provider = :provider and (p.provider_object = :object or p.id = :payment)
                 order by (p.provider_object = :object) desc nulls last limit 1) p on true
            """, binds, WebhookInbox::stored).single();
    }

    private static Map<String, Object> about(Notice.Matter matter) {
        Object object = switch (matter) {
            case Notice.Matter.Paying(var report) -> report.object();
            case Notice.Matter.Refunding(var payment, var report) -> payment;
            case Notice.Matter.Look(var payment, var flag) -> payment;
            default -> PaymentRows.orNull(null, String.class);
        };
        UUID ours = matter instanceof Notice.Matter.Paying(var report) ? report.payment() : null;
        return Map.of("object", object, "payment", PaymentRows.orNull(ours, UUID.class));
    }

    static Piece settled(Key key, String status, String outcome, Instant now) {
        return Piece.of("""
            webhook_settled as (
                update payment.webhook_inbox
                   set status = :status, outcome = :outcome, settled_at = :now, look_at = null
                 where provider = :provider and event_id = :event)""")
            .bind("provider", key.provider()).bind("event", key.event()).bind("status", status)
            .bind("outcome", outcome).bind("now", now);
    }

    Flux<Kept> due(Instant now, int limit) {
        return postgres.query("""
            update payment.webhook_inbox set look_at = :lease, tries = tries + 1
             where (provider, event_id) in (select provider, event_id from payment.webhook_inbox
                   where look_at <= :now order by look_at limit :limit for update skip locked)
            returning provider, event_id, body, tries
            """, Map.of("lease", now.plus(PaymentRows.LEASE), "now", now, "limit", limit), this::kept);
    }

    /// Puts a delivery back to pending and answers its bytes; its effect is keyed, so nothing can happen twice.
    Mono<Kept> again(Key key, Instant now, Piece entry) {
        return postgres.transactional(postgres.query("""
            update payment.webhook_inbox set status = 'pending', look_at = :later
             where provider = :provider and event_id = :event and body <> ''
            returning provider, event_id, body, tries
            """, Map.of("later", now.plus(DRIVE_AGAIN), "provider", key.provider(), "event", key.event()),
            this::kept).singleOrEmpty().flatMap(kept -> postgres.run(Write.of(entry)).thenReturn(kept)));
    }

    Mono<Void> lookAgain(Key key, Instant at) {
        return postgres.update("""
            update payment.webhook_inbox set look_at = :at
             where provider = :provider and event_id = :event and look_at is not null
            """, Map.of("at", at, "provider", key.provider(), "event", key.event())).then();
    }

    Flux<Delivery> list(@Nullable String status, int limit) {
        return postgres.query("""
            select provider, event_id, type, status, outcome, deliveries, tries, received_at, settled_at
              from payment.webhook_inbox where :status::text is null or status = :status
             order by received_at desc limit :limit
            """, Map.of("status", PaymentRows.orNull(status, String.class), "limit", limit), WebhookInbox::delivery);
    }

    private static Stored stored(Readable row) {
        Payment payment = row.get("id", UUID.class) == null ? null : PaymentRows.payment(row);
        return new Stored(text(row, "inbox_status"), requireNonNull(row.get("deliveries", Integer.class)), payment);
    }

    private Kept kept(Readable row) {
        Key key = new Key(text(row, "provider"), text(row, "event_id"));
        return new Kept(key, opened(key, requireNonNull(row.get("body", byte[].class))),
            requireNonNull(row.get("tries", Integer.class)));
    }

    /// A delivery tells who paid and where he lives.
    private byte[] sealed(Key key, byte[] body) {
        return vault.shopKey(PURPOSE).seal(place(key), body);
    }

    /// Those from before bodies were sealed are as they came.
    private byte[] opened(Key key, byte[] body) {
        return DataKey.isSealed(body) ? vault.shopKey(PURPOSE).open(place(key), body) : body;
    }

    private static Place place(Key key) {
        return Place.of("payment.webhook_inbox", key.provider() + "/" + key.event());
    }

    /// Throws the bodies of old settled deliveries away; answers how many.
    Mono<Long> forget(Instant now) {
        return postgres.update("""
            update payment.webhook_inbox set body = '' where (provider, event_id) in (
                select provider, event_id from payment.webhook_inbox
                 where body <> '' and settled_at < :before order by settled_at limit :many)
            """, Map.of("before", now.minus(BODY_KEPT), "many", FORGOTTEN_PER_SWEEP_MAX));
    }

    private static Delivery delivery(Readable row) {
        return new Delivery(text(row, "provider"), text(row, "event_id"), text(row, "type"), text(row, "status"),
            text(row, "outcome"), requireNonNull(row.get("deliveries", Integer.class)),
            requireNonNull(row.get("tries", Integer.class)), requireNonNull(row.get("received_at", Instant.class)),
            row.get("settled_at", Instant.class));
    }

    private static String text(Readable row, String column) {
        return requireNonNull(row.get(column, String.class), column);
    }
}
