package io.millrace.notification;

import static io.millrace.http.Access.needs;

import io.millrace.audit.Audit;
import io.millrace.http.Api;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// `/admin/mails`: what waits, what was parked and why, and another try when the cause is mended.
final class MailRoutes {
    private static final String PERMISSION = "mail:admin";
    private static final Set<String> STATUSES = Set.of("waiting", "sent", "parked");
    private static final int LISTED_MAX = 100;

    private final Mails mails;
    private final Audit audit;
    private final InstantSource clock;

    MailRoutes(Mails mails, Audit audit, InstantSource clock) {
        this.mails = mails;
        this.audit = audit;
        this.clock = clock;
    }

    RouterFunction<ServerResponse> table(Api api) {
        return api.table("/admin/mails", rows -> {
            rows.GET("", needs(PERMISSION), this::list);
            rows.POST("/{id}/retry", needs(PERMISSION), this::retry);
        });
    }

    private Mono<Reply> list(ServerRequest request) {
        String status = request.queryParam("status").orElse("parked");
        Fields fields = new Fields();
        fields.must("status", status, STATUSES::contains, "is waiting, sent or parked");
        fields.orRefuse();
        return mails.list(status, LISTED_MAX).collectList().flatMap(Reply::ok);
    }

    private Mono<Reply> retry(ServerRequest request) {
        return Mono.justOrEmpty(Ids.read(request.pathVariable("id")))
            .flatMap(id -> mails.retry(id, clock.instant(), audit.entry(request, "mail.retry", "mail:" + id,
                Map.of("status", "parked"), Map.of("status", "waiting"))))
            .filter(retried -> retried)
            .flatMap(done -> Reply.noContent()).switchIfEmpty(Reply.refuse(Problem.notFound("Parked mail")));
    }
}
