package io.millrace.http;

import io.millrace.postgres.Postgres;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class HttpModule {
    @Bean Api api(Idempotency idempotency) {
        return new Api(idempotency);
    }

    @Bean Idempotency idempotency(Postgres postgres, InstantSource clock) {
        return new Idempotency(postgres, clock);
    }

    @Bean Ids ids(InstantSource clock) {
        return new Ids(clock);
    }

    @Bean RequestId requestId() {
        return new RequestId();
    }

    @Bean Versions versions() {
        return new Versions();
    }

    @Bean Failures failures() {
        return new Failures();
    }
}
