package io.millrace.sandbox;

import io.millrace.http.Api;
import io.millrace.postgres.Postgres;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/// `webhook-urls` are told of every event in turn (default: this shop's own port); `retries` are the waits after
/// failed deliveries.
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("millrace.sandbox.enabled")
@EnableConfigurationProperties(SandboxModule.Settings.class)
class SandboxModule {
    @ConfigurationProperties("millrace.sandbox")
    record Settings(@DefaultValue List<String> webhookUrls,
        @DefaultValue({
            "500ms", "2s", "5s", "15s", "60s", "5m"}) List<Duration> retries,
        @DefaultValue("sk_test_sandbox") String secretKey, @DefaultValue("pk_test_sandbox") String publishableKey,
        @DefaultValue("whsec_sandbox") String webhookSecret, @DefaultValue("kyc_sandbox") String kycKey,
        @DefaultValue("SG.sandbox") String sendgridKey, @DefaultValue("sandbox-client") String clientId,
        @DefaultValue("sandbox-secret") String clientSecret) {
    }

    @Bean StripeStore sandboxStripeStore(Postgres postgres) {
        return new StripeStore(postgres);
    }

    @Bean ChaosDial chaosDial(Postgres postgres, InstantSource clock) {
        return new ChaosDial(postgres, clock);
    }

    @Bean WebhookSender sandboxWebhooks(StripeStore store, ChaosDial dial, InstantSource clock, Settings settings,
        Environment environment) {
        Supplier<String> own = ownUrl(environment);
        return new WebhookSender(store, dial, clock, settings.webhookSecret(), settings.retries(),
            () -> settings.webhookUrls().isEmpty() ? List.of(own.get() + "/api/v1/webhooks/stripe")
                : settings.webhookUrls());
    }

    @Bean StripeSandbox stripeSandbox(StripeStore store, ChaosDial dial, WebhookSender sender, InstantSource clock) {
        return new StripeSandbox(store, dial, sender, clock);
    }

    @Bean RouterFunction<ServerResponse> stripeSandboxApi(Api api, StripeSandbox stripe, StripeStore store,
        InstantSource clock, Settings settings, Environment environment) {
        return new StripeSandboxRoutes(stripe, store, clock, settings.secretKey(), settings.publishableKey(),
            ownUrl(environment)).table(api);
    }

    @Bean RouterFunction<ServerResponse> kycSandboxApi(Api api, InstantSource clock, Settings settings) {
        return new KycSandboxRoutes(clock, settings.kycKey()).table(api);
    }

    @Bean RouterFunction<ServerResponse> sendgridSandboxApi(Api api, Postgres postgres, ChaosDial dial,
        InstantSource clock, Settings settings) {
        return new SendgridSandbox(postgres, dial, clock, settings.sendgridKey()).table(api);
    }

    @Bean SignIns sandboxSignIns(Postgres postgres, InstantSource clock) {
        return new SignIns(postgres, clock);
    }

    @Bean RouterFunction<ServerResponse> oidcSandboxApi(Api api, SignIns signIns, Postgres postgres, ChaosDial dial,
        InstantSource clock, Settings settings, Environment environment) {
        return new OidcSandbox(signIns, new IssuerRing(postgres, clock), dial, clock, settings.clientId(),
            settings.clientSecret(), ownUrl(environment)).table(api);
    }

    @Bean RouterFunction<ServerResponse> facebookSandboxApi(Api api, SignIns signIns, ChaosDial dial,
        InstantSource clock, Settings settings) {
        return new FacebookSandbox(signIns, dial, clock, settings.clientId(), settings.clientSecret()).table(api);
    }

    @Bean RouterFunction<ServerResponse> chaosApi(Api api, ChaosDial dial) {
        return new ChaosRoutes(dial).table(api);
    }

    /// Known once the server listens.
    private static Supplier<String> ownUrl(Environment environment) {
        return () -> "http://127.0.0.1:" + environment.getRequiredProperty("local.server.port");
    }
}
