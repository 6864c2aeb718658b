package io.millrace.ordering;

import static java.util.Objects.requireNonNull;

import io.millrace.http.Ids;
import io.millrace.postgres.Postgres;
import io.millrace.vault.Vault;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import reactor.core.publisher.Mono;

/// One-time codes that prove a phone. A code is good for [#LIFE], for [#ATTEMPTS_MAX] tries and for one success; a
/// phone gets [#REQUESTS_MAX] of them in [#REQUESTS_WINDOW]. Codes are not kept: they follow from the request's id.
final class PhoneCodes {
    static final Duration LIFE = Duration.ofMinutes(10);
    static final int ATTEMPTS_MAX = 5;
    static final int REQUESTS_MAX = 5;
    static final Duration REQUESTS_WINDOW = Duration.ofMinutes(15);
    private static final int DIGITS = 1_000_000;

    private final Postgres postgres;
    private final Vault vault;
    private final Ids ids;
    private final InstantSource clock;
    private final Mono<byte[]> key;

    PhoneCodes(Postgres postgres, Vault vault, Ids ids, InstantSource clock) {
        this.postgres = postgres;
        this.vault = vault;
        this.ids = ids;
        this.clock = clock;
        this.key = Mono.defer(() -> postgres.query("select key from ordering.phone_code_key", Map.of(),
            row -> requireNonNull(row.get("key", byte[].class))).single()).cacheInvalidateIf(never -> false);
    }

    /// False when this phone asked too often. Whether anything was ever ordered with it is not told.
    Mono<Boolean> request(String channel, String phone) {
        Instant now = clock.instant();
        return postgres.update("""
            insert into ordering.phone_codes (id, channel, phone, created_at, expires_at)
            select :id, :channel, :phone, :now, :until
             where (select count(*) from ordering.phone_codes
                     where channel = :channel and phone = :phone and created_at > :since) < :max
            """, Map.of("id", ids.next(), "channel", channel, "phone", blind(phone), "now", now,
            "until", now.plus(LIFE), "since", now.minus(REQUESTS_WINDOW), "max", (long) REQUESTS_MAX))
            .map(rows -> rows == 1);
    }

    /// Whether this is the phone's newest code. Each try is counted before it is looked at, each success once.
    Mono<Boolean> prove(String channel, String phone, String code) {
        return attempt(channel, phone).flatMap(id -> code(id).flatMap(right -> MessageDigest
            .isEqual(right.getBytes(StandardCharsets.UTF_8), code.getBytes(StandardCharsets.UTF_8))
                ? use(id) : Mono.just(false)))
            .defaultIfEmpty(false);
    }

    /// The newest code of a phone, for whoever tells it to the person.
    Mono<String> newest(String channel, String phone) {
        return postgres.query("""
            select id from ordering.phone_codes
             where channel = :channel and phone = :phone and used_at is null and expires_at > :now
             order by created_at desc limit 1
            """, Map.of("channel", channel, "phone", blind(phone), "now", clock.instant()),
            row -> requireNonNull(row.get("id", UUID.class))).singleOrEmpty().flatMap(this::code);
    }

    Mono<Long> sweep() {
        return postgres.update("delete from ordering.phone_codes where expires_at < :old",
            Map.of("old", clock.instant().minus(REQUESTS_WINDOW)));
    }

    /// Nobody's number stands in the table, only what finds it again.
    private String blind(String phone) {
        return HexFormat.of().formatHex(vault.blind("ordering.phone-codes", phone));
    }

    private Mono<UUID> attempt(String channel, String phone) {
        return postgres.query("""
            update ordering.phone_codes set attempts = attempts + 1
             where id = (select id from ordering.phone_codes
                          where channel = :channel and phone = :phone and expires_at > :now
                          order by created_at desc limit 1)
               and attempts < :max and used_at is null
            returning id
            """, Map.of("channel", channel, "phone", blind(phone), "now", clock.instant(), "max", ATTEMPTS_MAX),
            row -> requireNonNull(row.get("id", UUID.class))).singleOrEmpty();
    }

    private Mono<Boolean> use(UUID id) {
        return postgres.update("update ordering.phone_codes set used_at = :now where id = :id and used_at is null",
            Map.of("now", clock.instant(), "id", id)).map(rows -> rows == 1);
    }

    private Mono<String> code(UUID id) {
        return key.map(secret -> {
            try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(secret, "HmacSHA256"));
                long number = ByteBuffer.wrap(mac.doFinal(id.toString().getBytes(StandardCharsets.UTF_8))).getLong();
                return "%06d".formatted(Math.floorMod(number, DIGITS));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
