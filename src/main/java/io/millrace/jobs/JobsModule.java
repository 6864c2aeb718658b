package io.millrace.jobs;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.postgres.Postgres;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

@Configuration(proxyBeanMethods = false)
class JobsModule {
    JobsModule(Environment environment) {
        CrashPoint.arm(environment.getProperty("millrace.crash-at", ""));
    }

    @Bean ShopClock clock() {
        return new ShopClock();
    }

    @Bean StartWork startWork(ObjectProvider<AtStart> works) {
        return new StartWork(works);
    }

    @Bean Leases leases(Postgres postgres) {
        return new Leases(postgres);
    }

    @Bean Jobs jobs(Leases leases, MeterRegistry meters) {
        return new Jobs(leases, meters);
    }
}
