package io.millrace.audit;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.http.Api;
import io.millrace.jobs.Jobs;
import io.millrace.postgres.Postgres;
import io.millrace.vault.Vault;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class AuditModule {
    private static final Duration SEAL_EVERY = Duration.ofSeconds(1);

    @Bean Entries auditEntries(Postgres postgres) {
        return new Entries(postgres);
    }

    @Bean Seals auditSeals(Postgres postgres, Vault vault, Jobs jobs) {
        Seals seals = new Seals(postgres, vault);
        jobs.every("audit.seal", SEAL_EVERY, seals::seal);
        return seals;
    }

    @Bean Notes auditNotes(Entries entries, MeterRegistry meters) {
        return new Notes(entries, meters);
    }

    @Bean Audit audit(Notes notes, InstantSource clock) {
        return new Audit(notes, clock);
    }

    @Bean RefusalNotes refusalNotes(Notes notes, InstantSource clock) {
        return new RefusalNotes(notes, clock);
    }

    @Bean OwnDeeds ownDeeds(Entries entries) {
        return new OwnDeeds(entries);
    }

    @Bean RouterFunction<ServerResponse> auditApi(Api api, Entries entries, Seals seals) {
        return new AuditRoutes(entries, seals).table(api);
    }
}
