package io.millrace.federation;

import io.millrace.audit.Audit;
import io.millrace.http.Api;
import io.millrace.http.Ids;
import io.millrace.http.PublicUrl;
import io.millrace.identity.Identity;
import io.millrace.jobs.Jobs;
import io.millrace.postgres.Postgres;
import io.millrace.vault.PersonalRecords;
import io.millrace.vault.Vault;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(FederationSettings.class)
class FederationModule {
    private static final Duration SWEPT_EVERY = Duration.ofMinutes(5);

    @Bean OuterIdentities outerIdentities(Postgres postgres, Ids ids) {
        return new OuterIdentities(postgres, ids);
    }

    @Bean PersonalRecords outerIdentityRecords(OuterIdentities identities) {
        return new OuterIdentityRecords(identities);
    }

    @Bean Journeys journeys(Postgres postgres, Vault vault, Jobs jobs, InstantSource clock) {
        Journeys journeys = new Journeys(postgres, vault);
        jobs.every("federation.sweep", SWEPT_EVERY, () -> journeys.sweep(clock.instant()));
        return journeys;
    }

    @Bean RouterFunction<ServerResponse> federationApi(Api api, FederationSettings settings, Journeys journeys,
        OuterIdentities identities, Identity identity, Audit audit, Postgres postgres, PublicUrl url,
        InstantSource clock, Environment environment) {
        return new FederationRoutes(providers(settings, clock, environment), settings, journeys,
            new Arrivals(identities, identity, postgres, clock), identities, identity, audit, url, clock).table(api);
    }

    private static Map<String, OuterProvider> providers(FederationSettings settings, InstantSource clock,
        Environment environment) {
        OuterCalls calls = new OuterCalls(settings.timeout());
        UnaryOperator<String> absolute = url -> url.startsWith("/")
            ? "http://127.0.0.1:" + environment.getRequiredProperty("local.server.port") + url : url;
        Map<String, OuterProvider> providers = new LinkedHashMap<>();
        settings.providers().forEach((name, provider) -> providers.put(name, switch (provider.kind()) {
            case OIDC -> new Oidc(name, provider, absolute, calls, clock);
            case FACEBOOK -> new Facebook(name, provider, absolute, calls, clock);
        }));
        return providers;
    }
}
