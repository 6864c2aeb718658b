package io.millrace.identity;

import io.millrace.audit.Audit;
import io.millrace.http.Caller.Realm;
import io.millrace.http.ClientAddress;
import io.millrace.http.Limits;
import io.millrace.http.Verdict;
import io.millrace.vault.Vault;
import java.util.HexFormat;
import java.util.Map;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// Attempts to sign in: counted by the address that is tried, known or not (whoever tries is counted by the route), let
/// in while there is room, and written down when they fail.
final class Attempts {
    private static final String LOGIN = "login";

    private final Limits limits;
    private final Audit audit;
    private final Vault vault;
    private final Familiar familiar;

    Attempts(Limits limits, Audit audit, Vault vault, Familiar familiar) {
        this.limits = limits;
        this.audit = audit;
        this.vault = vault;
        this.familiar = familiar;
    }

    /// The address itself stands nowhere, only what it blinds to.
    Mono<Verdict> may(String email) {
        String address = Email.isValid(email) ? Email.of(email).value() : "";
        return limits.take(LOGIN, "account:" + HexFormat.of().formatHex(vault.blind("identity.attempts", address)));
    }

    /// Fails with 503 when no password can be hashed soon; nothing was looked up for it yet.
    Mono<Void> room(ServerRequest request) {
        return familiar.room(ClientAddress.of(request));
    }

    Mono<Void> note(ServerRequest request, SignIn.Outcome outcome) {
        return switch (outcome) {
            case SignIn.Outcome.WrongCredentials(var account) -> failed(request, account == null ? "account:unknown"
                : "account:" + account, "wrong credentials");
            case SignIn.Outcome.Suspended(var account) -> failed(request, "account:" + account, "suspended");
            case SignIn.Outcome.SignedIn in -> familiar.remember(ClientAddress.of(request))
                .then(staffOnly(request, in.account()));
            case SignIn.Outcome.Renewed in -> Mono.empty();
            case SignIn.Outcome.Challenged in -> familiar.remember(ClientAddress.of(request));
            case SignIn.Outcome.NoSession in -> Mono.empty();
        };
    }

    /// Who comes in through the staff's door is written down too.
    private Mono<Void> staffOnly(ServerRequest request, Account account) {
        return account.realm() == Realm.CUSTOMER ? Mono.empty()
            : audit.note(request, "sign_in.done", "account:" + account.id(), null, null);
    }

    private Mono<Void> failed(ServerRequest request, String object, String why) {
        return audit.note(request, "sign_in.failed", object, null, Map.of("why", why));
    }
}
