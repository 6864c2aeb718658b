package io.millrace.customer;

import io.millrace.audit.Audit;
import io.millrace.channel.Channels;
import io.millrace.customer.Verification.State;
import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.http.Rows;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Refused;
import io.millrace.vault.DataKey;
import io.millrace.vault.Vault;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// `/user/verifications`: a person shows the document that the channel asks for, and sees how it stands. The number
/// goes in and never comes out.
final class VerificationRoutes {
    private static final int NUMBER_CHARS_MAX = 64;
    private static final int KIND_CHARS_MAX = 32;

    private final Verifications verifications;
    private final Channels channels;
    private final Vault vault;
    private final Audit audit;
    private final Messaging messaging;
    private final Ids ids;
    private final InstantSource clock;
    private final Runnable work;

    VerificationRoutes(Verifications verifications, Channels channels, Vault vault, Audit audit, Messaging messaging,
        Ids ids, InstantSource clock, Runnable work) {
        this.verifications = verifications;
        this.channels = channels;
        this.vault = vault;
        this.audit = audit;
        this.messaging = messaging;
        this.ids = ids;
        this.clock = clock;
        this.work = work;
    }

    void table(Rows rows) {
        rows.GET("", Access.signedIn(), this::list);
        rows.POST("", Access.signedIn(), this::ask);
        rows.GET("/{id}", Access.signedIn(), this::show);
    }

    private record Body(@Nullable String kind, @Nullable String number) {
        /// The number stays out of logs.
        @Override public String toString() {
            return "Body[" + kind + "]";
        }
    }

    private record View(UUID id, String kind, String state, String number, @Nullable String reason, Instant askedAt,
        @Nullable Instant decidedAt, @Nullable Instant expiresAt) {}

    private Mono<Reply> list(ServerRequest request) {
        return verifications.of(Caller.of(request).account())
            .flatMap(all -> Reply.ok(all.stream().map(this::view).toList())).map(VerificationRoutes::hers);
    }

    private Mono<Reply> show(ServerRequest request) {
        return Mono.justOrEmpty(Ids.read(request.pathVariable("id")))
            .flatMap(id -> verifications.of(Caller.of(request).account(), id))
            .flatMap(found -> Reply.ok(view(found))).map(VerificationRoutes::hers)
            .switchIfEmpty(Mono.defer(() -> Reply.refuse(Problem.notFound("This verification was"))));
    }

    private Mono<Reply> ask(ServerRequest request) {
        Body body = Api.body(request, Body.class);
        String wanted = channels.of(request).policies().identityDocument();
        Fields fields = new Fields();
        String kind = fields.text("kind", body.kind(), KIND_CHARS_MAX);
        String typed = fields.text("number", body.number(), NUMBER_CHARS_MAX);
        if (!kind.isEmpty() && !kind.equals(wanted)) fields.wrong("kind", "is not a document that is asked for here");
        String number = Verification.number(kind, typed).orElse("");
        if (!typed.isEmpty() && number.isEmpty())
            fields.wrong("number", "does not have the form of this document, such as GHA-123456789-0");
        fields.orRefuse();
        Instant now = clock.instant();
        var fresh = new Verification(ids.next(), Caller.of(request).account(), kind, State.PENDING,
            Verification.masked(number), null, 1, now, null, null);
        return vault.keyOrNew(fresh.account()).flatMap(key -> asked(request, fresh, number, key))
            .onErrorResume(Refused.class, refused -> refused.is(Verifications.EXISTS)
                ? Reply.refuse(Problem.conflict(Verifications.EXISTS, "There is one that is pending or good already"))
                : Mono.error(refused));
    }

    private Mono<Reply> asked(ServerRequest request, Verification fresh, String number, DataKey key) {
        byte[] sealed = key.seal(Verifications.place(fresh.id()), number);
        return messaging
            .commit(Change.of(Verifications.insert(fresh, sealed), audit.entry(request, "verification.asked",
                "verification:" + fresh.id(), null, Map.of("kind", fresh.kind(), "number", fresh.masked())))
                .tells(new CustomerEvent.VerificationAsked(ids.next(), 1, fresh.askedAt(), fresh.id(), fresh.account(),
                    fresh.kind())))
            .doOnNext(done -> work.run()).then(Reply.accepted(view(fresh)))
            .map(reply -> reply.header("Location", Api.BASE + "/user/verifications/" + fresh.id()));
    }

    private View view(Verification one) {
        return new View(one.id(), one.kind(), one.stateAt(clock.instant()).word(), one.masked(), one.reason(),
            one.askedAt(), one.decidedAt(), one.expiresAt());
    }

    private static Reply hers(Reply reply) {
        return reply.header("Cache-Control", "private, no-cache");
    }
}
