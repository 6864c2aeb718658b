package io.millrace.http;

import io.millrace.jobs.Jobs;
import io.millrace.postgres.Postgres;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.util.function.SingletonSupplier;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(CorsSettings.class)
class HttpModule {
    private static final Duration FORGET_EVERY = Duration.ofMinutes(1);

    @Bean Api api(Idempotency idempotency, Streams streams, StepUp stepUp) {
        return new Api(idempotency, streams, stepUp);
    }

    @Bean Doors doors(Api api, ServerCodecConfigurer codecs) {
        return new Doors(api, codecs);
    }

    @Bean Streams streams(MeterRegistry meters, ObjectProvider<Standing> standings) {
        return new Streams(meters, SingletonSupplier.of(() -> standings.orderedStream().toList()));
    }

    @Bean Idempotency idempotency(Postgres postgres, InstantSource clock, Jobs jobs) {
        Idempotency idempotency = new Idempotency(postgres, clock);
        jobs.every("http.idempotency", FORGET_EVERY, idempotency::forget);
        return idempotency;
    }

    @Bean Ids ids(InstantSource clock) {
        return new Ids(clock);
    }

    @Bean Cors cors(CorsSettings settings, ObjectProvider<Origins> others) {
        return new Cors(settings.corsOrigins(), others.orderedStream().toList());
    }

    @Bean Front front(ObjectProvider<Refusals> refusals) {
        return new Front(SingletonSupplier.ofNullable(refusals::getIfAvailable));
    }

    @Bean ReactorResourceFactory loops() {
        return new Loops();
    }

    @Bean Wire wire() {
        return new Wire();
    }

    @Bean Failures failures() {
        return new Failures();
    }
}
