package io.millrace.payment;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.audit.Audit;
import io.millrace.http.Api;
import io.millrace.http.Ids;
import io.millrace.jobs.Jobs;
import io.millrace.ledger.Ledger;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Postgres;
import io.millrace.vault.Vault;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.CompositeReactiveHealthContributor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(CircuitSettings.class)
class PaymentModule {
    private static final Duration FORGET_EVERY = Duration.ofMinutes(10);

    @Bean Providers paymentProviders(List<PaymentProvider> all, CircuitSettings settings, MeterRegistry meters,
        InstantSource clock) {
        return new Providers(all.stream().map(provider -> provider.answers()
            ? new Circuit(provider, settings.rest(), meters, clock) : provider).toList());
    }

    @Bean CompositeReactiveHealthContributor providersHealthContributor(Providers providers) {
        return ProviderHealth.of(providers.circuits());
    }

    @Bean PaymentRows paymentRows(Postgres postgres) {
        return new PaymentRows(postgres);
    }

    @Bean PaymentRecords paymentRecords(PaymentRows rows) {
        return new PaymentRecords(rows);
    }

    @Bean Refunds refunds(Postgres postgres, Ids ids, InstantSource clock) {
        return new Refunds(postgres, ids, clock);
    }

    @Bean Wishes paymentWishes(Postgres postgres) {
        return new Wishes(postgres);
    }

    @Bean WebhookInbox webhookInbox(Postgres postgres, Vault vault, Jobs jobs, InstantSource clock) {
        WebhookInbox inbox = new WebhookInbox(postgres, vault);
        jobs.every("payment.webhook-bodies", FORGET_EVERY, () -> inbox.forget(clock.instant()));
        return inbox;
    }

    @Bean Reviews paymentReviews(Postgres postgres, MeterRegistry meters) {
        return new Reviews(postgres, meters);
    }

    @Bean Moves paymentMoves(Ledger ledger, Providers providers, Ids ids, InstantSource clock) {
        return new Moves(ledger, providers, ids, clock);
    }

    @Bean Settling settling(PaymentRows rows, Providers providers, Moves moves, Reviews reviews, Messaging messaging,
        Ids ids, InstantSource clock) {
        return new Settling(rows, providers, moves, reviews, messaging, ids, clock);
    }

    @Bean Opening opening(Providers providers, PaymentRows rows, Settling settling, InstantSource clock) {
        return new Opening(providers, rows, settling, clock);
    }

    @Bean Payments payments(Opening opening, Settling settling, Refunds refunds, PaymentRows rows,
        Providers providers, Jobs jobs) {
        return new Payments(opening, settling, refunds, rows, providers, () -> jobs.wake(Sweep.NAME));
    }

    @Bean WebhookIntake webhookIntake(WebhookInbox inbox, Settling settling, Reviews reviews, Providers providers,
        MeterRegistry meters, InstantSource clock) {
        return new WebhookIntake(inbox, settling, reviews, providers, meters, clock);
    }

    @Bean Sweep paymentSweep(PaymentRows rows, Refunds refunds, Wishes wishes, WebhookInbox inbox,
        WebhookIntake intake, Opening opening, Settling settling, Providers providers, Reviews reviews,
        Messaging messaging, InstantSource clock, Jobs jobs) {
        Sweep sweep = new Sweep(rows, refunds, wishes, inbox, intake, opening, settling, providers, reviews, messaging,
            clock);
        jobs.every(Sweep.NAME, Sweep.EVERY, sweep::round);
        return sweep;
    }

    @Bean RouterFunction<ServerResponse> paymentApi(Api api, Payments payments, PaymentRows rows, Settling settling,
        Providers providers, Reviews reviews, Audit audit, InstantSource clock) {
        return new PaymentRoutes(payments, rows, settling, providers, reviews, audit, clock).table(api);
    }

    @Bean RouterFunction<ServerResponse> webhookApi(Api api, Providers providers, WebhookIntake intake,
        WebhookInbox inbox, Audit audit, InstantSource clock) {
        return new WebhookRoutes(providers, intake, inbox, audit, clock).table(api);
    }
}
