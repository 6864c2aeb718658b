package io.millrace.imports;

import io.millrace.audit.Audit;
import io.millrace.channel.Channel;
import io.millrace.channel.Channels;
import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Ids;
import io.millrace.http.Json;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Reply;
import io.millrace.messaging.Messaging;
import io.millrace.messaging.Recorded;
import io.millrace.postgres.Piece;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@Configuration(proxyBeanMethods = false)
class ImportRoutes {
    /// Buffers of the body that wait between the socket and the reader.
    private static final int BODY_BUFFERS_MAX = 16;
    /// Results that wait for their reader. Most HTTP libraries send all they have before they read a word; were we to
    /// wait for them with the first few results unread, both would wait for ever. Longer files need a client that reads
    /// while it sends, as curl does.
    private static final int RESULTS_WAITING_MAX = 65_536;
    /// Refused lines in one answer; the rest by `after`.
    private static final int REFUSALS_MAX = 1_000;
    private static final String WRITE = "imports:write";

    private final Imports imports;
    private final Runs runs;
    private final Channels channels;
    private final Messaging messaging;
    private final ImportPulse pulse;
    private final Audit audit;

    ImportRoutes(Imports imports, Runs runs, Channels channels, Messaging messaging, ImportPulse pulse, Audit audit) {
        this.imports = imports;
        this.runs = runs;
        this.channels = channels;
        this.messaging = messaging;
        this.pulse = pulse;
        this.audit = audit;
    }

    @Bean RouterFunction<ServerResponse> importApi(Api api) {
        return api.table("/admin/imports", rows -> {
            rows.POST("/products", Access.needs(WRITE), this::take).readsStream();
            rows.GET("", Access.needs(WRITE), request -> runs.latest().flatMap(Reply::ok));
            rows.GET("/{id}", Access.needs(WRITE), this::show);
            rows.GET("/{id}/refusals", Access.needs(WRITE), this::refusals);
        });
    }

    private Mono<Reply> take(ServerRequest request) {
        String type = String.valueOf(request.headers().firstHeader("Content-Type")).split(";")[0].strip();
        boolean csv = type.equals("text/csv");
        if (!csv && !type.equals("application/x-ndjson"))
            return Reply.refuse(Problem.of(415, "unsupported_media_type", "Send text/csv or application/x-ndjson"));
        UUID by = Caller.of(request).id().orElse(null);
        return resumed(request).map(run -> lines(request, csv, by, run))
            .switchIfEmpty(Mono.fromSupplier(() -> lines(request, csv, by, null)))
            .flatMap(Reply::lines);
    }

    /// `?resume=<id>` goes on with a run that was cut off, with the same file sent again.
    private Mono<Runs.Run> resumed(ServerRequest request) {
        String id = request.queryParam("resume").orElse("");
        if (id.isEmpty()) return Mono.empty();
        return Mono.justOrEmpty(Ids.read(id)).flatMap(runs::find)
            .filter(run -> !run.status().equals("done") && run.channel().equals(channels.of(request).code()))
            .switchIfEmpty(Mono.error(() -> new ProblemException(Problem.invalid("resume",
                "is not an import of this channel that was cut off"))));
    }

    private Flux<Object> lines(ServerRequest request, boolean csv, @Nullable UUID by, Runs.@Nullable Run run) {
        InputStream body = DataBufferUtils.subscriberInputStream(request.exchange().getRequest().getBody(),
            BODY_BUFFERS_MAX);
        Channel channel = channels.of(request);
        Function<UUID, List<Piece>> entry = id -> List.of(audit.entry(request, run == null ? "import.start"
            : "import.resume", "import:" + id, null, Map.of("channel", channel.code())));
        return imports.run(body, csv, channel, by, run, entry).limitRate(RESULTS_WAITING_MAX)
            .onErrorResume(Feed.UnreadableFile.class, broken -> Mono.just(
                new Imports.Outcome(List.of(broken.line()), "", "refused", null, List.of(),
                    Map.of("file", List.of(broken.reason())))));
    }

    private Mono<Reply> show(ServerRequest request) {
        String accept = String.valueOf(request.headers().firstHeader("Accept"));
        return Mono.justOrEmpty(Ids.read(request.pathVariable("id"))).flatMap(runs::find)
            .flatMap(run -> accept.contains("text/event-stream")
                ? Reply.events(story("import:" + run.id(), after(request))) : Reply.ok(run))
            .switchIfEmpty(Reply.refuse(Problem.notFound("Import")));
    }

    private Mono<Reply> refusals(ServerRequest request) {
        long after = request.queryParam("after").filter(text -> text.matches("\\d{1,15}")).map(Long::parseLong)
            .orElse(0L);
        return Mono.justOrEmpty(Ids.read(request.pathVariable("id"))).flatMap(runs::find)
            .flatMap(run -> runs.refusals(run.id(), after, REFUSALS_MAX).collectList()).flatMap(Reply::ok)
            .switchIfEmpty(Reply.refuse(Problem.notFound("Import")));
    }

    /// Every fact of the run after the one the client has; each pulse reads what is new from the log, to the end also
    /// for a client who has left.
    private Flux<Reply.Event> story(String aggregate, long after) {
        long[] seen = {after};
        return pulse.of(aggregate).startWith(aggregate).onBackpressureLatest()
            .concatMap(beat -> Api.detached(messaging.history(aggregate, seen[0]).collectList()), 1)
            .concatMapIterable(news -> news)
            .doOnNext(fact -> seen[0] = fact.version())
            .map(ImportRoutes::event)
            .takeUntil(event -> event.event().equals("import.ended"));
    }

    private static Reply.Event event(Recorded fact) {
        String name = fact.type().substring(fact.type().indexOf("Import") + "Import".length());
        return new Reply.Event(Long.toString(fact.version()), "import." + name.toLowerCase(java.util.Locale.ROOT),
            Json.OURS.readTree(fact.payload()));
    }

    private static long after(ServerRequest request) {
        String id = request.headers().firstHeader("Last-Event-ID");
        return id != null && id.matches("\\d{1,15}") ? Long.parseLong(id) : 0;
    }
}
