package io.millrace.customer;

import io.millrace.audit.Audit;
import io.millrace.channel.Channels;
import io.millrace.http.Api;
import io.millrace.http.Ids;
import io.millrace.http.StepUp;
import io.millrace.identity.Identity;
import io.millrace.identity.Profiles;
import io.millrace.jobs.Jobs;
import io.millrace.messaging.Messaging;
import io.millrace.payment.Payments;
import io.millrace.postgres.Postgres;
import io.millrace.vault.PersonalRecords;
import io.millrace.vault.Vault;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(KycSettings.class)
class CustomerModule {
    @Bean Addresses customerAddresses(Postgres postgres, Vault vault) {
        return new Addresses(postgres, vault);
    }

    @Bean Preferences customerPreferences(Postgres postgres) {
        return new Preferences(postgres);
    }

    @Bean Methods customerMethods(Postgres postgres) {
        return new Methods(postgres);
    }

    @Bean Books customerBooks(Postgres postgres) {
        return new Books(postgres);
    }

    @Bean Verifications customerVerifications(Postgres postgres) {
        return new Verifications(postgres);
    }

    @Bean PhonePolicy phonePolicy(Channels channels) {
        return new PhonePolicy(channels);
    }

    @Bean Customers customers(Addresses addresses) {
        return new Customers(addresses);
    }

    @Bean RouterFunction<ServerResponse> profileApi(Api api, Profiles profiles, Identity identity, Channels channels,
        StepUp stepUp, Postgres postgres) {
        ProfileRoutes routes = new ProfileRoutes(profiles, identity, channels, stepUp, postgres);
        return api.table("/user", routes::table).and(api.table("/users", routes::table));
    }

    @Bean RouterFunction<ServerResponse> settingsApi(Api api, Preferences preferences, Channels channels) {
        SettingsRoutes routes = new SettingsRoutes(preferences, channels);
        return api.table("/user", routes::table).and(api.table("/users", routes::table));
    }

    @Bean RouterFunction<ServerResponse> addressApi(Api api, Addresses addresses, Books books, Ids ids,
        InstantSource clock) {
        return api.table("/user/addresses", new AddressRoutes(addresses, books, ids, clock)::table);
    }

    @Bean RouterFunction<ServerResponse> savedMethodApi(Api api, Methods methods, Books books, Payments payments,
        Ids ids, InstantSource clock) {
        return api.table("/user/payment-methods",
            new MethodRoutes(methods, books, payments, ids, clock)::table);
    }

    @Bean KycProvider kycProvider(KycSettings settings, Environment environment) {
        Supplier<String> baseUrl = settings.baseUrl().startsWith("/")
            ? () -> "http://127.0.0.1:" + environment.getRequiredProperty("local.server.port") + settings.baseUrl()
            : settings::baseUrl;
        return new HttpKyc(settings, baseUrl);
    }

    @Bean RouterFunction<ServerResponse> verificationApi(Api api, Verifications verifications, KycProvider provider,
        KycSettings settings, Profiles profiles, Channels channels, Vault vault, Audit audit, Messaging messaging,
        Jobs jobs, Ids ids, InstantSource clock) {
        Kyc kyc = new Kyc(verifications, provider, vault, audit, profiles, messaging, ids, clock);
        if (!settings.baseUrl().isEmpty()) jobs.every(Kyc.NAME, Kyc.EVERY, kyc::round);
        Runnable work = settings.baseUrl().isEmpty() ? () -> {} : () -> jobs.wake(Kyc.NAME);
        return api.table("/user/verifications", new VerificationRoutes(verifications, channels, vault, audit,
            messaging, ids, clock, work)::table);
    }

    @Bean PersonalRecords settingsOfPerson(Preferences preferences) {
        return new Section("settings", account -> preferences.of(account).filter(said -> said.version() > 0).flux(),
            preferences::erase);
    }

    @Bean PersonalRecords addressesOfPerson(Addresses addresses) {
        return new Section("addresses", account -> addresses.of(account).flatMapIterable(all -> all),
            addresses::erase);
    }

    /// The provider's token is the shop's, not the person's.
    @Bean PersonalRecords methodsOfPerson(Methods methods) {
        return new Section("payment-methods", account -> methods.of(account).flatMapIterable(all -> all)
            .map(kept -> Map.of("id", kept.id(), "provider", kept.provider(), "brand", kept.instrument().brand(),
                "last4", kept.instrument().last4(), "expiry_month", kept.instrument().expiryMonth(), "expiry_year",
                kept.instrument().expiryYear(), "created_at", kept.since())),
            methods::erase);
    }

    @Bean PersonalRecords verificationsOfPerson(Verifications verifications) {
        return new Section("verifications", account -> Flux.from(verifications.of(account))
            .flatMapIterable(all -> all), verifications::erase);
    }
}
