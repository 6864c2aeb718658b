package io.millrace.twofactor;

import io.millrace.http.Caller;
import io.millrace.http.Ids;
import io.millrace.http.StepUp;
import io.millrace.identity.SecondFactor;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Write;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// The cellar of the second factor: who has one, what was tried, which sign-ins wait for it.
final class SecondFactors implements SecondFactor, StepUp {
    /// How long a sign-in waits for its second factor.
    static final Duration CHALLENGE_LIFE = Duration.ofMinutes(5);
    /// Wrong codes of one account within [#TRIES_WINDOW]; then it waits the window out (ASVS 6.3.1, attack 30: it is
    /// the account that is counted, whatever address they come from).
    static final int TRIES_MAX = 5;
    static final Duration TRIES_WINDOW = Duration.ofMinutes(15);
    static final String WRONG = "wrong_code";
    static final String GONE = "challenge_gone";
    static final String ENABLED = "second_factor_enabled";
    private static final List<String> ANSWERS = List.of("totp", "recovery_code");

    private final Postgres postgres;
    private final InstantSource clock;

    SecondFactors(Postgres postgres, InstantSource clock) {
        this.postgres = postgres;
        this.clock = clock;
    }

    /// A try that was taken: the sealed secret and the last step that was accepted.
    record Try(UUID account, byte[] secret, long lastStep) {}

    /// A sign-in that waits: whose, of which epoch, by which methods so far, and the try, unless there were too many.
    record Waiting(UUID account, int epoch, Set<String> methods, Optional<Try> attempt) {}

    @Override public Mono<Challenge> challenge(UUID account, int epoch, Set<String> proven) {
        String token = Ids.token();
        return postgres.update("""
            insert into twofactor.challenges (hash, account, epoch, methods, expires_at)
            select :hash, account, :epoch, :methods, :until from twofactor.second_factors
             where account = :account and enabled_at is not null
            """, Map.of("hash", RecoveryCode.sha256(token), "account", account, "epoch", epoch, "methods",
            proven.toArray(String[]::new), "until", clock.instant().plus(CHALLENGE_LIFE)))
            .filter(opened -> opened == 1).map(opened -> new Challenge(token, CHALLENGE_LIFE, ANSWERS));
    }

    /// A session counts from the moment at which its own person last used the second factor, at its beginning or later.
    /// Keys of a person who has a second factor cannot step up, so they never pass.
    @Override public Mono<Boolean> isDue(Caller caller) {
        if (caller.id().isEmpty()) return Mono.just(false);
        Instant since = clock.instant().minus(FRESH);
        return postgres.query("""
            select exists (select from twofactor.second_factors where account = :account and enabled_at is not null)
               and not identity.has_stepped_up(:session, :account, :since) as due
            """, Map.of("account", caller.account(), "session", caller.session().orElse(NO_SESSION), "since", since),
            row -> Boolean.TRUE.equals(row.get("due", Boolean.class))).single();
    }

    private static final UUID NO_SESSION = new UUID(0, 0);

    /// How far an account is with its second factor.
    enum State { NONE, PROPOSED, ENABLED }

    Mono<State> state(UUID account) {
        return postgres.query("""
            select enabled_at is not null as enabled from twofactor.second_factors where account = :account
            """, Map.of("account", account),
            row -> Boolean.TRUE.equals(row.get("enabled", Boolean.class)) ? State.ENABLED : State.PROPOSED)
            .single(State.NONE);
    }

    /// Keeps a secret that is to be proven; false when the account has a second factor already.
    Mono<Boolean> propose(UUID account, byte[] sealed) {
        return postgres.update("""
            insert into twofactor.second_factors as f (account, secret, created_at) values (:account, :secret, :now)
            on conflict (account) do update
               set secret = excluded.secret, created_at = excluded.created_at, last_step = 0
             where f.enabled_at is null
            """, Map.of("account", account, "secret", sealed, "now", clock.instant())).map(kept -> kept == 1);
    }

    /// Takes one of the few tries; empty when there is nothing to try, or there were too many.
    Mono<Try> attempt(UUID account, boolean enabled) {
        return postgres.query(TAKE.formatted("where f.account = :account and (f.enabled_at is not null) = :enabled and")
            + " returning f.account, f.secret, f.last_step", tries(Map.of("account", account, "enabled", enabled)),
            SecondFactors::taken).singleOrEmpty();
    }

    /// The sign-in that waits under this token, with one of its tries taken; empty when none does (any more).
    Mono<Waiting> waiting(String token) {
        return postgres.query("""
            with waiting as (
                select account, epoch, methods from twofactor.challenges
                 where hash = :hash and expires_at > :now and identity.is_current(account, epoch)),
            taken as (
            """ + TAKE.formatted("from waiting w where f.account = w.account and f.enabled_at is not null and") + """
                 returning f.account, f.secret, f.last_step)
            select w.account as whose, w.epoch, w.methods, t.account, t.secret, t.last_step
              from waiting w left join taken t on t.account = w.account
            """, tries(Map.of("hash", RecoveryCode.sha256(token))), row -> new Waiting(
            Objects.requireNonNull(row.get("whose", UUID.class)),
            Objects.requireNonNull(row.get("epoch", Integer.class)),
            Set.of(Objects.requireNonNull(row.get("methods", String[].class))),
            row.get("account", UUID.class) == null ? Optional.empty() : Optional.of(taken(row)))).singleOrEmpty();
    }

    /// The condition is in the update that counts: the row's lock makes parallel tries stand in line.
    private static final String TAKE = """
        update twofactor.second_factors f
           set failures = case when f.failures_since > :window then f.failures + 1 else 1 end,
               failures_since = case when f.failures_since > :window then f.failures_since else :now end
          %s (f.failures < :max or f.failures_since is null or f.failures_since <= :window)
        """;

    private Map<String, Object> tries(Map<String, Object> binds) {
        Map<String, Object> all = new HashMap<>(binds);
        all.put("now", clock.instant());
        all.put("window", clock.instant().minus(TRIES_WINDOW));
        all.put("max", TRIES_MAX);
        return all;
    }

    private static Try taken(Readable row) {
        return new Try(Objects.requireNonNull(row.get("account", UUID.class)),
            Objects.requireNonNull(row.get("secret", byte[].class)),
            Objects.requireNonNull(row.get("last_step", Long.class)));
    }

    /// Uses a code of the app up. Guard: `last_step` only grows, inside the update (RFC 6238, 5.2).
    static Piece stepUsed(UUID account, long step) {
        return Piece.of("""
            factor_used as (
                update twofactor.second_factors set last_step = :step, failures = 0, failures_since = null
                 where account = :account and enabled_at is not null and last_step < :step returning 1)""")
            .bind("account", account).bind("step", step).check("exists (select from factor_used)", WRONG);
    }

    /// Ends the waiting of a sign-in; a second answer to it finds nothing.
    Piece answered(String token) {
        return Piece.of("""
            challenge_answered as (
                delete from twofactor.challenges where hash = :challenge and expires_at > :challenge_now
                returning 1)""")
            .bind("challenge", RecoveryCode.sha256(token)).bind("challenge_now", clock.instant())
            .check("exists (select from challenge_answered)", GONE);
    }

    /// The secret was proven: from now on it is asked for.
    static Piece enabled(UUID account, long step, byte[] sealed, List<RecoveryCode> codes, Instant now) {
        return Piece.of("""
            factor_enabled as (
                update twofactor.second_factors
                   set enabled_at = :enabled_at, last_step = :step, failures = 0, failures_since = null
                 where account = :account and enabled_at is null and secret = :secret returning account),
            factor_codes as (
                insert into twofactor.recovery_codes (account, hash)
                select account, decode(unnest(:hashes::text[]), 'hex') from factor_enabled)""")
            .bind("account", account).bind("step", step).bind("secret", sealed).bind("enabled_at", now)
            .bind("hashes", RecoveryCodes.hashes(codes))
            .check("exists (select from factor_enabled)", ENABLED);
    }

    /// The second factor goes, with its recovery codes and the sign-ins that wait for it; only together with a code
    /// that is good now.
    static Piece disabled(UUID account, @Nullable Long step, byte @Nullable [] hash) {
        return Piece.of("""
            factor_gone as (
                delete from twofactor.second_factors f
                 where f.account = :account and f.enabled_at is not null
                   and (f.last_step < :step or exists (select from twofactor.recovery_codes c
                          where c.account = f.account and c.hash = :hash and c.used_at is null))
                returning f.account),
            challenges_gone as (
                delete from twofactor.challenges where account in (select account from factor_gone))""")
            .bind("account", account).bind("step", step, Long.class).bind("hash", hash, byte[].class)
            .check("exists (select from factor_gone)", WRONG);
    }

    /// Forgets sign-ins that nobody finished; answers how many.
    Mono<Long> sweep() {
        return postgres.update("delete from twofactor.challenges where expires_at <= :now",
            Map.of("now", clock.instant()));
    }

    /// What the person may know of it himself; empty while it is not enabled.
    Mono<SecondFactorRecords.View> view(UUID account) {
        return postgres.query("""
            select enabled_at, (select count(*) from twofactor.recovery_codes c
                                 where c.account = f.account and c.used_at is null)::integer as codes_left
              from twofactor.second_factors f where account = :account and enabled_at is not null
            """, Map.of("account", account), row -> new SecondFactorRecords.View(
            Objects.requireNonNull(row.get("enabled_at", Instant.class)),
            Objects.requireNonNull(row.get("codes_left", Integer.class)))).singleOrEmpty();
    }

    /// The person is erased.
    Mono<Void> forget(UUID account) {
        return postgres.run(Write.of(Piece.of("""
            factors_forgotten as (delete from twofactor.second_factors where account = :account),
            challenges_forgotten as (delete from twofactor.challenges where account = :account)""")
            .bind("account", account))).then();
    }
}
