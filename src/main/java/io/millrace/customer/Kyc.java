package io.millrace.customer;

import io.millrace.audit.Audit;
import io.millrace.customer.KycProvider.Finding;
import io.millrace.customer.Verification.State;
import io.millrace.http.Ids;
import io.millrace.identity.Profiles;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Refused;
import io.millrace.vault.Vault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Gets documents verified: asks the outside house about those that wait, and ends those whose time has come.
final class Kyc {
    static final String NAME = "customer.kyc";
    static final Duration EVERY = Duration.ofSeconds(5);
    /// Nobody waits longer for an answer than this; then he may show his document again.
    static final Duration PENDING_MAX = Duration.ofDays(30);
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration AGAIN_FIRST = Duration.ofSeconds(2);
    private static final int AGAIN_DOUBLED_MAX = 10;
    private static final int AT_ONCE = 20;

    private final Verifications verifications;
    private final KycProvider provider;
    private final Vault vault;
    private final Audit audit;
    private final Profiles profiles;
    private final Messaging messaging;
    private final Ids ids;
    private final InstantSource clock;

    Kyc(Verifications verifications, KycProvider provider, Vault vault, Audit audit, Profiles profiles,
        Messaging messaging, Ids ids, InstantSource clock) {
        this.verifications = verifications;
        this.provider = provider;
        this.vault = vault;
        this.audit = audit;
        this.profiles = profiles;
        this.messaging = messaging;
        this.ids = ids;
        this.clock = clock;
    }

    Mono<Void> round() {
        Instant now = clock.instant();
        return verifications.ending(now, AT_ONCE).concatMap(one -> decide(one.decided(State.EXPIRED, null,
            one.decidedAt() == null ? now : one.decidedAt(), one.expiresAt())))
            .thenMany(verifications.due(now, LEASE, AT_ONCE).collectList().flatMapIterable(due -> due))
            .concatMap(this::ask).then();
    }

    private Mono<Boolean> ask(Verifications.Due due) {
        Verification waiting = due.verification();
        if (waiting.askedAt().plus(PENDING_MAX).isBefore(clock.instant()))
            return decide(waiting.decided(State.EXPIRED, "no_answer", clock.instant(), null));
        return vault.key(waiting.account()).zipWith(profiles.of(waiting.account()))
            .map(known -> new KycProvider.Question(waiting.id(), waiting.kind(),
                known.getT1().openText(Verifications.place(waiting.id()), due.sealed()), known.getT2().name()))
            .flatMap(provider::ask)
            .flatMap(finding -> found(due, finding))
            // nobody to ask about any more
            .defaultIfEmpty(false);
    }

    private Mono<Boolean> found(Verifications.Due due, Finding finding) {
        Verification waiting = due.verification();
        Instant now = clock.instant();
        return switch (finding) {
            case Finding.Verified(var until) when until.isAfter(now) ->
                decide(waiting.decided(State.VERIFIED, null, now, until));
            case Finding.Verified(var until) -> decide(waiting.decided(State.REJECTED, "document_expired", now, null));
            case Finding.Rejected(var reason) -> decide(waiting.decided(State.REJECTED, reason, now, null));
            case Finding.Pending() -> verifications.lookAgain(waiting.id(), now.plus(pause(due))).thenReturn(false);
            case Finding.Silent(var why) -> verifications.lookAgain(waiting.id(), now.plus(pause(due)))
                .thenReturn(false);
        };
    }

    private static Duration pause(Verifications.Due due) {
        return AGAIN_FIRST.multipliedBy(1L << Math.min(due.tries(), AGAIN_DOUBLED_MAX) - 1);
    }

    /// False when somebody else decided it meanwhile.
    private Mono<Boolean> decide(Verification next) {
        return messaging.commit(Change.of(Verifications.move(next), audit.entry(null, "verification." + next.state()
            .word(), "verification:" + next.id(), null, said(next), "")).tells(fact(next))).thenReturn(true)
            .onErrorResume(Refused.class, refused -> refused.is(Refused.STALE) ? Mono.just(false)
                : Mono.error(refused));
    }

    private static Map<String, Object> said(Verification next) {
        @Nullable String reason = next.reason();
        return reason == null ? Map.of("account", next.account(), "kind", next.kind())
            : Map.of("account", next.account(), "kind", next.kind(), "reason", reason);
    }

    private CustomerEvent fact(Verification next) {
        Instant now = clock.instant();
        return next.state() == State.EXPIRED
            ? new CustomerEvent.VerificationExpired(ids.next(), next.version(), now, next.id(), next.account(),
                next.kind())
            : new CustomerEvent.VerificationDecided(ids.next(), next.version(), now, next.id(), next.account(),
                next.kind(), next.state() == State.VERIFIED);
    }
}
