package io.millrace.demo;

import io.millrace.channel.Channel;
import io.millrace.channel.Channels;
import io.millrace.imports.Imports;
import io.millrace.jobs.AtStart;
import io.millrace.postgres.Postgres;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.ClassPathResource;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Reads `demo/<channel>.ndjson` through the same door as anybody's catalogue. Off with `millrace.demo.enabled=false`.
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "millrace.demo.enabled", matchIfMissing = true)
class DemoModule {
    private static final Logger LOG = LoggerFactory.getLogger(DemoModule.class);

    @Bean
    @Order(100) AtStart demoGoods(Imports imports, Channels channels, Postgres postgres, InstantSource clock) {
        return new AtStart("demo goods", () -> Flux.fromIterable(channels.all())
            .concatMap(channel -> fill(channel, imports, postgres, clock)).then());
    }

    /// The page at `/`: plain HTML, to buy something and watch it arrive. The links of our mails lead to it too.
    @Bean RouterFunction<ServerResponse> demoPage() {
        return RouterFunctions.resources("/demo/**", new ClassPathResource("demo/page/demo/"))
            .and(RouterFunctions.resource(RequestPredicates.path("/").or(RequestPredicates.path("/verify-email"))
                .or(RequestPredicates.path("/reset-password")).or(RequestPredicates.path("/forgot-password")),
                new ClassPathResource("demo/page/index.html")));
    }

    private static Mono<Void> fill(Channel channel, Imports imports, Postgres postgres, InstantSource clock) {
        Map<String, Object> mark = Map.of("channel", channel.code(), "at", clock.instant());
        return postgres.query("select 1 as one from demo.filled where channel = :channel", mark, row -> true)
            .hasElements()
            .flatMap(filled -> filled ? Mono.<Void>empty() : goods(channel, imports)
                .then(postgres.update("""
                    insert into demo.filled (channel, at) values (:channel, :at) on conflict (channel) do nothing
                    """, mark))
                .then());
    }

    private static Mono<Void> goods(Channel channel, Imports imports) {
        InputStream file = DemoModule.class.getResourceAsStream("/demo/" + channel.code() + ".ndjson");
        if (file == null) return Mono.empty();
        return imports.ndjson(file, channel).concatMap(line -> switch (line) {
            case Imports.Outcome outcome when outcome.outcome().equals("refused") -> Mono.error(
                new IllegalStateException("demo goods of " + channel.code() + " were refused: " + outcome));
            case Imports.Summary summary -> Mono.fromRunnable(
                () -> LOG.info("demo goods in {}: {}", channel.code(), summary.tally()));
            default -> Mono.empty();
        }).then();
    }
}
