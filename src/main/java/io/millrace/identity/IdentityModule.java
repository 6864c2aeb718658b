package io.millrace.identity;

import io.millrace.http.Ids;
import io.millrace.jobs.AtStart;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Postgres;
import java.time.InstantSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(IdentitySettings.class)
class IdentityModule {
    @Bean Accounts accounts(Postgres postgres) {
        return new Accounts(postgres);
    }

    @Bean Passwords passwords() {
        return new Passwords();
    }

    @Bean KeyRing keyRing(Postgres postgres, InstantSource clock, IdentitySettings settings) {
        return new KeyRing(postgres, clock, settings);
    }

    @Bean AccessTokens accessTokens(IdentitySettings settings) {
        return new AccessTokens(settings.issuer(), settings.audience(), settings.accessLife());
    }

    @Bean SignIn signIn(Accounts accounts, Passwords passwords, AccessTokens tokens, KeyRing ring, Messaging messaging,
        Postgres postgres, Ids ids, InstantSource clock, IdentitySettings settings) {
        return new SignIn(accounts, new Sessions(postgres), passwords, tokens, ring, messaging, postgres, ids, clock,
            settings.refreshLife());
    }

    @Bean Bearer bearer(AccessTokens tokens, KeyRing ring, Postgres postgres, InstantSource clock) {
        return new Bearer(tokens, ring, new Roles(postgres), clock);
    }

    @Bean Identity identity(Accounts accounts) {
        return new Identity(accounts);
    }

    @Bean Profiles profiles(Postgres postgres) {
        return new Profiles(postgres);
    }

    @Bean
    @Order(10) AtStart firstAdmin(SignIn signIn, Accounts accounts, Environment environment) {
        FirstAdmin first = new FirstAdmin(signIn, accounts, environment);
        return new AtStart("first admin", first::make);
    }
}
