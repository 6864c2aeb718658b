package io.millrace.imports;

import io.millrace.catalog.Catalog;
import io.millrace.http.Ids;
import io.millrace.messaging.Messaging;
import io.millrace.messaging.Subscription;
import io.millrace.postgres.Postgres;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

@Configuration(proxyBeanMethods = false)
class ImportsModule {
    /// Files read at the same time; the next ones wait.
    private static final int WORKERS = 4;
    private static final int WAITING_MAX = 64;

    @Bean(destroyMethod = "dispose") Scheduler importWorkers() {
        return Schedulers.newBoundedElastic(WORKERS, WAITING_MAX, "imports");
    }

    @Bean Runs importRuns(Postgres postgres) {
        return new Runs(postgres);
    }

    @Bean Imports imports(Catalog catalog, Messaging messaging, Runs importRuns, Ids ids, InstantSource clock,
        Scheduler importWorkers) {
        return new Imports(catalog, messaging, importRuns, ids, clock, importWorkers);
    }

    @Bean ImportPulse importPulse() {
        return new ImportPulse();
    }

    @Bean Subscription<ImportEvent> importProgress(ImportPulse pulse) {
        return Subscription.everyNode("import-progress", ImportEvent.class, pulse::beat);
    }
}
