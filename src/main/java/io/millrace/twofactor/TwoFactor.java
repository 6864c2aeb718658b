package io.millrace.twofactor;

import io.millrace.audit.Audit;
import io.millrace.http.Caller;
import io.millrace.http.Ids;
import io.millrace.http.Reply;
import io.millrace.identity.Confirmation;
import io.millrace.identity.Identity;
import io.millrace.identity.SecondStep;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.millrace.vault.Place;
import io.millrace.vault.Vault;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// The second factor of an account: set up, proven once, asked for at every sign-in and before what cannot easily be
/// undone, and taken away again.
final class TwoFactor {
    /// RFC 8176: a one-time code.
    static final String METHOD = "otp";
    private static final String ENABLED = "a second factor";
    /// Where secrets were sealed first; what is sealed under a name goes on under it, wherever the table stands.
    private static final String PLACE = "identity.second_factors";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecondFactors factors;
    private final RecoveryCodes recovery;
    private final Identity identity;
    private final Confirmation confirmation;
    private final SecondStep next;
    private final Vault vault;
    private final Postgres postgres;
    private final Messaging messaging;
    private final Audit audit;
    private final Ids ids;
    private final InstantSource clock;
    private final String issuer;

    TwoFactor(SecondFactors factors, RecoveryCodes recovery, Identity identity, Confirmation confirmation,
        SecondStep next, Vault vault, Postgres postgres, Messaging messaging, Audit audit, Ids ids,
        InstantSource clock, String issuer) {
        this.factors = factors;
        this.recovery = recovery;
        this.identity = identity;
        this.confirmation = confirmation;
        this.next = next;
        this.vault = vault;
        this.postgres = postgres;
        this.messaging = messaging;
        this.audit = audit;
        this.ids = ids;
        this.clock = clock;
        this.issuer = issuer;
    }

    /// How a call ends.
    sealed interface Outcome {
        /// A secret to be put into an app; it counts when a code of it was told.
        record Proposed(String secret, String uri, byte[] qrCode) implements Outcome {}

        /// It is asked for from now on, or goes on with new recovery codes; they are shown this once.
        record Enabled(List<RecoveryCode> codes) implements Outcome {}

        record Disabled() implements Outcome {}

        /// The second factor was right: the sign-in goes on, or the session has stepped up.
        record Proven(Reply signIn) implements Outcome {}

        record AlreadyEnabled() implements Outcome {}

        record NotSetUp() implements Outcome {}

        /// Wrong, too old, or used before: which of them is nobody's business.
        record WrongCode() implements Outcome {}

        record WrongPassword() implements Outcome {}

        record TooManyTries() implements Outcome {}

        /// No sign-in waits under this token (any more).
        record NoChallenge() implements Outcome {}
    }

    Mono<Outcome> setUp(Caller caller, String password) {
        return confirmation.confirms(caller, password).flatMap(right -> right
            ? identity.contact(caller.account()).flatMap(this::proposed) : Mono.just(new Outcome.WrongPassword()));
    }

    private Mono<Outcome> proposed(Identity.Contact person) {
        byte[] secret = random(Totp.SECRET_BYTES);
        UUID account = person.account();
        return vault.keyOrNew(account).map(key -> key.seal(Place.of(PLACE, account), secret))
            .flatMap(sealed -> factors.propose(account, sealed))
            .map(kept -> kept ? proposal(person.email(), secret) : new Outcome.AlreadyEnabled());
    }

    private Outcome proposal(String email, byte[] secret) {
        String uri = Totp.uri(issuer, email, secret);
        return new Outcome.Proposed(Base32.of(secret), uri, QrCode.png(uri));
    }

    Mono<Outcome> enable(ServerRequest request, String code) {
        UUID account = Caller.of(request).account();
        return factors.attempt(account, false)
            .flatMap(attempt -> accepted(attempt, code).flatMap(step -> enabled(request, attempt, step)))
            .switchIfEmpty(Mono.defer(() -> factors.state(account).map(TwoFactor::notEnabled)));
    }

    private static Outcome notEnabled(SecondFactors.State state) {
        return switch (state) {
            case NONE -> new Outcome.NotSetUp();
            case PROPOSED -> new Outcome.TooManyTries();
            case ENABLED -> new Outcome.AlreadyEnabled();
        };
    }

    private Mono<Outcome> enabled(ServerRequest request, SecondFactors.Try attempt, OptionalLong step) {
        if (step.isEmpty()) return wrong(request, attempt);
        List<RecoveryCode> codes = tenCodes();
        Piece enabled =
            SecondFactors.enabled(attempt.account(), step.getAsLong(), attempt.secret(), codes, clock.instant());
        Caller caller = Caller.of(request);
        return done(changed(request, next.provenAlone(caller, ENABLED), true, enabled), new Outcome.Enabled(codes));
    }

    /// New recovery codes for somebody who proved the second factor just now; the ones before are good for nothing.
    Mono<Outcome> newCodes(ServerRequest request) {
        UUID account = Caller.of(request).account();
        return Change.retryStale(() -> recovery.set(account).flatMap(set -> {
            List<RecoveryCode> codes = tenCodes();
            return messaging.commit(Change.of(RecoveryCodes.replaced(account, set, codes),
                audit.entry(request, "second_factor.recovery_codes", "account:" + account, null, null))
                .tells(new TwoFactorEvent.RecoveryCodesReplaced(ids.next(), account, clock.instant())))
                .<Outcome>thenReturn(new Outcome.Enabled(codes));
        }).defaultIfEmpty(new Outcome.NotSetUp()));
    }

    private static List<RecoveryCode> tenCodes() {
        return Stream.generate(() -> RecoveryCode.of(random(RecoveryCode.BYTES))).limit(RecoveryCode.COUNT).toList();
    }

    Mono<Outcome> disable(ServerRequest request, String code, String password) {
        Caller caller = Caller.of(request);
        UUID account = caller.account();
        return factors.attempt(account, true)
            .flatMap(attempt -> confirmation.confirms(caller, password)
                .flatMap(right -> right ? disabled(request, attempt, code) : wrong(request, attempt)))
            .switchIfEmpty(Mono.defer(() -> notTried(account)));
    }

    private Mono<Outcome> disabled(ServerRequest request, SecondFactors.Try attempt, String code) {
        UUID account = attempt.account();
        if (RecoveryCode.isLike(code))
            return done(changed(request, Change.of(), false,
                SecondFactors.disabled(account, null, RecoveryCode.read(code).hash())), new Outcome.Disabled());
        return accepted(attempt, code).flatMap(step -> step.isEmpty() ? wrong(request, attempt)
            : done(changed(request, Change.of(), false, SecondFactors.disabled(account, step.getAsLong(), null)),
                new Outcome.Disabled()));
    }

    private Change changed(ServerRequest request, Change along, boolean enabled, Piece piece) {
        UUID account = Caller.of(request).account();
        return along.with(piece).with(audit.entry(request, enabled ? "second_factor.enable" : "second_factor.disable",
            "account:" + account, null, null))
            .tells(new TwoFactorEvent.SecondFactorChanged(ids.next(), account, enabled, clock.instant()));
    }

    private Mono<Outcome> wrong(ServerRequest request, SecondFactors.Try attempt) {
        return audit.note(request, "second_factor.refuse", "account:" + attempt.account(), null, null)
            .thenReturn(new Outcome.WrongCode());
    }

    /// Finishes a sign-in that waits for its second factor.
    Mono<Outcome> finish(ServerRequest request, String token, String code) {
        return factors.waiting(token)
            .flatMap(waiting -> waiting.attempt()
                .map(attempt -> used(request, attempt, code, factors.answered(token))
                    .switchIfEmpty(entered(waiting, request)))
                .orElseGet(() -> Mono.just(new Outcome.TooManyTries())))
            .defaultIfEmpty(new Outcome.NoChallenge());
    }

    private Mono<Outcome> entered(SecondFactors.Waiting waiting, ServerRequest request) {
        Set<String> methods = new HashSet<>(waiting.methods());
        methods.add(METHOD);
        return Mono.defer(() -> next.enter(waiting.account(), waiting.epoch(), methods, request)
            .map(Outcome.Proven::new));
    }

    /// Steps a session up: its person is still there.
    Mono<Outcome> stepUp(ServerRequest request, String code) {
        Caller caller = Caller.of(request);
        UUID account = caller.account();
        return factors.attempt(account, true)
            .flatMap(attempt -> used(request, attempt, code, next.proven(caller))
                .switchIfEmpty(Mono.defer(() -> next.renew(caller, METHOD).map(Outcome.Proven::new))))
            .switchIfEmpty(Mono.defer(() -> notTried(account)));
    }

    private Mono<Outcome> notTried(UUID account) {
        return factors.state(account).map(state -> state == SecondFactors.State.ENABLED ? new Outcome.TooManyTries()
            : new Outcome.NotSetUp());
    }

    /// Uses the code up together with what it is good for; empty when it was right, else what was wrong.
    private Mono<Outcome> used(ServerRequest request, SecondFactors.Try attempt, String code, Piece goodFor) {
        if (RecoveryCode.isLike(code)) {
            byte[] hash = RecoveryCode.read(code).hash();
            return right(RecoveryCodes.used(attempt.account(), hash, clock.instant()), goodFor)
                .flatMap(no -> wrong(request, attempt, no));
        }
        return accepted(attempt, code).flatMap(step -> step.isEmpty() ? wrong(request, attempt)
            : right(SecondFactors.stepUsed(attempt.account(), step.getAsLong()), goodFor));
    }

    private Mono<Outcome> wrong(ServerRequest request, SecondFactors.Try attempt, Outcome outcome) {
        return outcome instanceof Outcome.WrongCode ? wrong(request, attempt) : Mono.just(outcome);
    }

    private Mono<Outcome> right(Piece used, Piece goodFor) {
        return postgres.run(Write.of(used, goodFor)).then(Mono.<Outcome>empty())
            .onErrorResume(Refused.class, TwoFactor::refused);
    }

    private Mono<Outcome> done(Change change, Outcome outcome) {
        return messaging.commit(change).thenReturn(outcome).onErrorResume(Refused.class, TwoFactor::refused);
    }

    private static Mono<Outcome> refused(Refused refused) {
        return switch (refused.reason()) {
            case SecondFactors.WRONG -> Mono.just(new Outcome.WrongCode());
            case SecondFactors.GONE, SecondStep.SESSION_OVER -> Mono.just(new Outcome.NoChallenge());
            case SecondFactors.ENABLED -> Mono.just(new Outcome.AlreadyEnabled());
            default -> Mono.error(refused);
        };
    }

    private Mono<OptionalLong> accepted(SecondFactors.Try attempt, String code) {
        return vault.key(attempt.account())
            .map(key -> key.open(Place.of(PLACE, attempt.account()), attempt.secret()))
            .map(secret -> Totp.accepted(secret, code.replace(" ", ""), clock.instant(), attempt.lastStep()))
            .defaultIfEmpty(OptionalLong.empty());
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
