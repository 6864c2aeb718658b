package io.millrace.payment;

import static io.millrace.http.Access.anyone;
import static io.millrace.http.Access.needs;

import io.millrace.audit.Audit;
import io.millrace.http.Api;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import java.time.InstantSource;
import java.util.Map;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// The door for providers, and the admin's window onto what came through it.
final class WebhookRoutes {
    private static final int LISTED_MAX = 200;
    private static final int LATER_SECONDS = 5;

    private final Providers providers;
    private final WebhookIntake intake;
    private final WebhookInbox inbox;
    private final Audit audit;
    private final InstantSource clock;

    WebhookRoutes(Providers providers, WebhookIntake intake, WebhookInbox inbox, Audit audit, InstantSource clock) {
        this.providers = providers;
        this.intake = intake;
        this.inbox = inbox;
        this.audit = audit;
        this.clock = clock;
    }

    RouterFunction<ServerResponse> table(Api api) {
        return api.table("", rows -> {
            rows.POST("/webhooks/{provider}", anyone(), request -> take(request.pathVariable("provider"), request))
                .ownsIdempotency().settles();
            rows.POST("/payments/webhook", anyone(), request -> take("stripe", request)).ownsIdempotency().settles();
            rows.GET("/admin/webhooks", needs("payment:refund"), this::list);
            rows.POST("/admin/webhooks/{provider}/{event}/replay", needs("payment:refund"), this::replay)
                .ownsIdempotency();
        });
    }

    private Mono<Reply> take(String name, ServerRequest request) {
        PaymentProvider provider = providers.find(name).orElse(null);
        PaymentProvider.Webhooks webhooks = provider == null ? null : provider.webhooks().orElse(null);
        if (provider == null || webhooks == null) return Reply.refuse(Problem.notFound("This provider was"));
        return intake.take(provider, webhooks, request.headers().asHttpHeaders(), Api.raw(request))
            .flatMap(WebhookRoutes::answer);
    }

    private static Mono<Reply> answer(WebhookIntake.Taken taken) {
        return switch (taken) {
            case SETTLED, DUPLICATE, IGNORED, QUARANTINED -> Reply.ok(Map.of("received", true));
            case FORGED -> Reply.refuse(Problem.of(401, "bad_signature", "The signature does not fit"));
            case LATER -> Reply.refuse(Problem.unavailable("try_again", "Stored; deliver it again", LATER_SECONDS));
        };
    }

    private Mono<Reply> list(ServerRequest request) {
        return inbox.list(request.queryParam("status").orElse(null), LISTED_MAX).collectList().flatMap(Reply::ok);
    }

    private Mono<Reply> replay(ServerRequest request) {
        var key = new WebhookInbox.Key(request.pathVariable("provider"), request.pathVariable("event"));
        return inbox.again(key, clock.instant(), audit.entry(request, "webhook.replay",
            "webhook:" + key.provider() + "/" + key.event(), null, null)).flatMap(intake::drive)
            .map(taken -> new Reply(200, Map.of(), new Reply.Body.Data(
                Map.of("outcome", taken.name().toLowerCase(java.util.Locale.ROOT)), null, null)))
            .switchIfEmpty(Reply.refuse(Problem.notFound("This delivery was")));
    }
}
