package io.millrace.twofactor;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// The recovery codes of those who have a second factor: hashes, each good once, ten at a time.
final class RecoveryCodes {
    private final Postgres postgres;

    RecoveryCodes(Postgres postgres) {
        this.postgres = postgres;
    }

    /// Which set of codes the account has now; empty while no second factor is enabled.
    Mono<Integer> set(UUID account) {
        return postgres.query("""
            select codes_set from twofactor.second_factors where account = :account and enabled_at is not null
            """, Map.of("account", account), row -> Objects.requireNonNull(row.get("codes_set", Integer.class)))
            .singleOrEmpty();
    }

    /// Another set takes the place of this one, the used and the unused of which are gone. Guard: the set's number in
    /// the update; of two who ask at once the later one starts again and takes the earlier one's codes away too.
    static Piece replaced(UUID account, int set, List<RecoveryCode> codes) {
        return Piece.of("""
            set_row as (
                update twofactor.second_factors set codes_set = codes_set + 1
                 where account = :account and codes_set = :codes_set and enabled_at is not null returning account),
            codes_gone as (
                delete from twofactor.recovery_codes where account in (select account from set_row)),
            codes_given as (
                insert into twofactor.recovery_codes (account, hash)
                select account, decode(unnest(:hashes::text[]), 'hex') from set_row)""")
            .bind("account", account).bind("codes_set", set).bind("hashes", hashes(codes))
            .check("exists (select from set_row)", Refused.STALE);
    }

    static String[] hashes(List<RecoveryCode> codes) {
        return codes.stream().map(code -> HexFormat.of().formatHex(code.hash())).toArray(String[]::new);
    }

    /// Uses a recovery code up. Guard: `used_at is null`, inside the update.
    static Piece used(UUID account, byte[] hash, Instant now) {
        return Piece.of("""
            factor_used as (
                update twofactor.recovery_codes set used_at = :used_at
                 where account = :account and hash = :hash and used_at is null returning account),
            factor_again as (
                update twofactor.second_factors set failures = 0, failures_since = null
                 where account in (select account from factor_used))""")
            .bind("account", account).bind("hash", hash).bind("used_at", now)
            .check("exists (select from factor_used)", SecondFactors.WRONG);
    }
}
