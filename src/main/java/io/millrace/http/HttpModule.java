package io.millrace.http;

import io.millrace.jobs.AtStart;
import io.millrace.jobs.Jobs;
import io.millrace.postgres.Postgres;
import io.millrace.tracing.Spans;
import io.millrace.vault.Vault;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.http.codec.ServerCodecConfigurer;
import reactor.core.publisher.Mono;
import org.springframework.util.function.SingletonSupplier;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({CorsSettings.class, HttpSettings.class})
class HttpModule {
    private static final Duration FORGET_EVERY = Duration.ofMinutes(1);

    @Bean Api api(Idempotency idempotency, Streams streams, StepUp stepUp, Limits limits, Admission admission) {
        return new Api(idempotency, streams, stepUp, limits, admission);
    }

    @Bean Admission admission(HttpSettings settings, MeterRegistry meters) {
        return new Admission(settings.concurrency(), meters);
    }

    @Bean Doors doors(Api api, ServerCodecConfigurer codecs) {
        return new Doors(api, codecs);
    }

    @Bean Streams streams(MeterRegistry meters, ObjectProvider<Standing> standings) {
        return new Streams(meters, SingletonSupplier.of(() -> standings.orderedStream().toList()));
    }

    @Bean Idempotency idempotency(Postgres postgres, Vault vault, InstantSource clock, Jobs jobs) {
        Idempotency idempotency = new Idempotency(postgres, vault, clock);
        jobs.every("http.idempotency", FORGET_EVERY, idempotency::forget);
        return idempotency;
    }

    @Bean ReplyRecords replyRecords(Idempotency idempotency) {
        return new ReplyRecords(idempotency);
    }

    @Bean Ids ids(InstantSource clock) {
        return new Ids(clock);
    }

    @Bean Cors cors(CorsSettings settings, ObjectProvider<Origins> others) {
        return new Cors(settings.corsOrigins(), others.orderedStream().toList());
    }

    @Bean Front front(HttpSettings settings, Hosts hosts, ObjectProvider<Refusals> refusals) {
        return new Front(new Proxies(settings.trustedProxies()), hosts,
            SingletonSupplier.ofNullable(refusals::getIfAvailable));
    }

    @Bean Hosts hosts(HttpSettings settings) {
        return new Hosts(settings.hosts());
    }

    @Bean SharedCounts sharedCounts(Redis redis) {
        return new SharedCounts(redis);
    }

    @Bean
    @Order(-1) AtStart redisMet(Redis redis, SharedCounts counts) {
        return new AtStart("Redis", () -> redis.meet().then(Mono.defer(counts::warm)));
    }

    @Bean Limits limits(Environment environment, SharedCounts counts, InstantSource clock) {
        Map<String, String> settings = Binder.get(environment)
            .bind("millrace.limits", Bindable.mapOf(String.class, String.class)).orElse(Map.of());
        return new Limits(settings, counts, clock);
    }

    @Bean Gate gate(Limits limits, Api api) {
        return new Gate(limits, api);
    }

    @Bean
    @ConditionalOnProperty("millrace.tracing.endpoint") Traced traced(Spans spans) {
        return new Traced(spans);
    }

    @Bean ReactorResourceFactory loops() {
        return new Loops();
    }

    @Bean Wire wire() {
        return new Wire();
    }

    @Bean Redis redis(ReactiveRedisConnectionFactory connections) {
        return new Redis(connections);
    }

    @Bean RedisLine redisLine() {
        return new RedisLine();
    }

    @Bean Dropped dropped(MeterRegistry meters) {
        return new Dropped(meters);
    }

    @Bean PublicUrl publicUrl(Environment environment) {
        return PublicUrl.of(environment.getProperty("millrace.public-url", ""),
            () -> "http://localhost:" + environment.getRequiredProperty("local.server.port"));
    }

    @Bean Failures failures(Limits limits) {
        return new Failures(limits);
    }
}
