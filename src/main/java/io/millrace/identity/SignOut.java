package io.millrace.identity;

import io.millrace.audit.Audit;
import io.millrace.http.Caller;
import io.millrace.http.Ids;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Refused;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Ends sign-ins: one, or all of an account's. The fact of it closes on every node what they opened.
final class SignOut {
    static final String SIGNED_OUT = "signed out";
    static final String REUSED = "a refresh token was used twice";

    private final Sessions sessions;
    private final Messaging messaging;
    private final Audit audit;
    private final Ids ids;
    private final InstantSource clock;

    SignOut(Sessions sessions, Messaging messaging, Audit audit, Ids ids, InstantSource clock) {
        this.sessions = sessions;
        this.messaging = messaging;
        this.audit = audit;
        this.ids = ids;
        this.clock = clock;
    }

    /// Signs out the session that a refresh token descends from, whichever of its tokens it is. False: it was over.
    Mono<Boolean> byToken(String refreshToken) {
        return sessions.family(Bearer.sha256(refreshToken), clock.instant())
            .flatMap(family -> one(family.session().account(), family.session().id(), SIGNED_OUT))
            .defaultIfEmpty(false);
    }

    /// False when the session was over already, or is not this account's.
    Mono<Boolean> one(UUID account, UUID session, String reason) {
        return committed(Change.of(Sessions.end(account, session, reason, clock.instant()))
            .tells(ended(account, session, reason)));
    }

    /// All of an account's: a new epoch begins.
    Mono<Boolean> everywhere(UUID account, String reason) {
        return committed(Change.of(epoch(account)).tells(ended(account, null, reason)));
    }

    /// Somebody else holds a copy of a token of this family: it is over, and the person is told.
    Mono<Boolean> stolen(Session session) {
        return committed(Change.of(Sessions.end(session.account(), session.id(), REUSED, clock.instant()),
            audit.entry((Caller) null, "session.stolen", "session:" + session.id(), null,
                Map.of("account", session.account()), ""))
            .tells(
                ended(session.account(), session.id(), REUSED),
                new IdentityEvent.TokenReused(ids.next(), session.account(), session.id(), clock.instant())));
    }

    /// The fact to be told with [#epoch].
    IdentityEvent.SessionsEnded ended(UUID account, @Nullable UUID session, String reason) {
        return new IdentityEvent.SessionsEnded(ids.next(), account, session, null, reason, clock.instant());
    }

    /// The fact to be told with [#others].
    IdentityEvent.SessionsEnded othersEnded(UUID account, UUID kept, String reason) {
        return new IdentityEvent.SessionsEnded(ids.next(), account, null, kept, reason, clock.instant());
    }

    /// Ends all sessions of an account in the write of which it becomes a part.
    static Piece epoch(UUID account) {
        return Piece.of("""
            epoch_row as (
                update identity.accounts set epoch = epoch + 1 where id = :epoch_account returning id)""")
            .bind("epoch_account", account).check("exists (select from epoch_row)", Sessions.NOT_LIVE);
    }

    private Mono<Boolean> committed(Change change) {
        return messaging.commit(change).thenReturn(true).onErrorResume(Refused.class,
            refused -> refused.is(Sessions.NOT_LIVE) ? Mono.just(false) : Mono.error(refused));
    }
}
