package io.millrace.identity;

import io.millrace.http.Caller;
import io.millrace.http.Reply;
import io.millrace.messaging.Change;
import io.millrace.postgres.Piece;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// What follows in a sign-in from a second factor that was proven: the session it waited for, or the one that goes on.
public final class SecondStep {
    /// The reason of a refusal: the caller's session is over.
    public static final String SESSION_OVER = Sessions.NOT_LIVE;

    private final Accounts accounts;
    private final SignIn signIn;
    private final SignOut signOut;
    private final InstantSource clock;

    SecondStep(Accounts accounts, SignIn signIn, SignOut signOut, InstantSource clock) {
        this.accounts = accounts;
        this.signIn = signIn;
        this.signOut = signOut;
        this.clock = clock;
    }

    /// The caller's session proved the second factor just now; refused as [#SESSION_OVER].
    public Piece proven(Caller caller) {
        return Sessions.steppedUp(caller.session().orElseThrow(), caller.account(), clock.instant());
    }

    /// The same for the first time: all other sessions of the person end, for this reason.
    public Change provenAlone(Caller caller, String reason) {
        UUID session = caller.session().orElseThrow();
        return Change.of(Sessions.othersEnded(session, caller.account(), clock.instant()))
            .tells(signOut.othersEnded(caller.account(), session, reason));
    }

    /// Opens the session of a sign-in that began in this epoch of the account, by these methods (RFC 8176). The answer
    /// is that of `POST /auth/login`, or 401 when that epoch is over.
    public Mono<Reply> enter(UUID account, int epoch, Set<String> methods, ServerRequest request) {
        return accounts.byId(account).filter(found -> found.epoch() == epoch)
            .flatMap(found -> signIn.enter(found, methods, Device.of(request)))
            .defaultIfEmpty(new SignIn.Outcome.NoSession()).map(SignInReply::of);
    }

    /// A new access token for the caller's session, which proved this method again; 401 when it is over.
    public Mono<Reply> renew(Caller caller, String method) {
        return signIn.provenAgain(caller, method).map(SignInReply::of);
    }
}
