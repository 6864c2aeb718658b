package io.millrace.privacy;

import static io.millrace.http.Access.signedIn;

import io.millrace.audit.Audit;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.identity.Confirmation;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// A person's own data: all of it to take along, or none of it any more (GDPR articles 15, 17 and 20).
final class PrivacyRoutes {
    private final Privacy privacy;
    private final Confirmation confirmation;
    private final Audit audit;

    PrivacyRoutes(Privacy privacy, Confirmation confirmation, Audit audit) {
        this.privacy = privacy;
        this.confirmation = confirmation;
        this.audit = audit;
    }

    RouterFunction<ServerResponse> table(Api api) {
        return api.table("/user", rows -> {
            rows.GET("/export", signedIn(), this::export).produces("application/zip").inPerson();
            rows.DELETE("", signedIn(), this::erase).storesNothing().freshly().inPerson();
        });
    }

    private Mono<Reply> export(ServerRequest request) {
        UUID account = Caller.of(request).account();
        return audit.note(request, "person.export", "account:" + account, null, null)
            .then(Reply.stream(privacy.export(account), "application/zip"))
            .map(reply -> reply.header("Content-Disposition", "attachment; filename=\"millrace-export.zip\"")
                .header("Cache-Control", "no-store"));
    }

    /// For good: so the password is asked for once more, or of who has none a sign-in of the last minutes.
    private Mono<Reply> erase(ServerRequest request) {
        Erasing body = Api.raw(request).length == 0 ? new Erasing(null) : Api.body(request, Erasing.class);
        Caller caller = Caller.of(request);
        UUID account = caller.account();
        return confirmation.confirms(caller, body.password()).flatMap(sure -> sure
            ? privacy.erase(account, audit.entry(request, "person.erase", "account:" + account, null,
                Map.of("erased", true))).then(Reply.noContent())
            : Reply.refuse(Problem.of(403, "confirmation_required", "Give your password; without one, sign in again "
                + "and come back within five minutes")));
    }

    private record Erasing(@Nullable String password) {
        /// Never the password.
        @Override public String toString() {
            return "Erasing";
        }
    }
}
