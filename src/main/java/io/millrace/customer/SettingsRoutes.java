package io.millrace.customer;

import io.millrace.channel.Channel;
import io.millrace.channel.Channels;
import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.http.Rows;
import io.millrace.http.Versioned;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// `/user/settings` and its alias: how a person wants the shop to speak. What nobody said is as the channel has it.
final class SettingsRoutes {
    private final Preferences preferences;
    private final Channels channels;

    SettingsRoutes(Preferences preferences, Channels channels) {
        this.preferences = preferences;
        this.channels = channels;
    }

    void table(Rows rows) {
        rows.GET("/settings", Access.signedIn(), this::show);
        rows.PUT("/settings", Access.signedIn(), this::put);
    }

    private record Body(@Nullable String locale, @Nullable String currency, @Nullable String timeZone,
        Preferences.@Nullable TypedChannels notifications) {}

    private record View(String locale, String currency, String timeZone, Preferences.Channels notifications) {}

    private Mono<Reply> show(ServerRequest request) {
        Channel channel = channels.of(request);
        return preferences.of(Caller.of(request).account()).flatMap(said -> {
            // what was never said follows the channel, so the channel is part of what was seen
            String etag = said.version() > 0 ? Versioned.etag(said.version()) : "\"v0\"";
            return Versioned.isCurrent(request, etag) && said.version() > 0 ? Reply.notModified(etag)
                : answer(said, channel);
        });
    }

    private Mono<Reply> put(ServerRequest request) {
        Channel channel = channels.of(request);
        Body body = Api.body(request, Body.class);
        Fields fields = new Fields();
        Preferences.Said said = Preferences.checked(body.locale(), body.currency(), body.timeZone(),
            body.notifications(), fields);
        fields.orRefuse();
        return preferences.put(Caller.of(request).account(), said, Versioned.expected(request))
            .flatMap(version -> answer(new Preferences.Said(said.locale(), said.currency(), said.timeZone(),
                said.ways(), version), channel))
            .switchIfEmpty(Mono.defer(() -> Reply.refuse(Problem.stale())));
    }

    private static Mono<Reply> answer(Preferences.Said said, Channel channel) {
        return Reply.ok(new View(said.locale(channel), said.currency(channel), said.timeZone(channel), said.ways()))
            .map(reply -> reply.header("ETag", Versioned.etag(said.version()))
                .header("Cache-Control", "private, no-cache"));
    }
}
