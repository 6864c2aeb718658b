package io.millrace.identity;

import io.millrace.audit.Audit;
import io.millrace.http.Ids;
import io.millrace.jobs.Jobs;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Postgres;
import io.millrace.vault.Vault;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// The second factor's part of the room.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(TwoFactorSettings.class)
class TwoFactorModule {
    private static final Duration SWEEP_EVERY = Duration.ofMinutes(5);

    @Bean SecondFactors secondFactors(Postgres postgres, InstantSource clock, Jobs jobs) {
        SecondFactors factors = new SecondFactors(postgres, clock);
        jobs.every("identity.challenges", SWEEP_EVERY, factors::sweep);
        return factors;
    }

    @Bean SecondFactorRecords secondFactorRecords(SecondFactors factors) {
        return new SecondFactorRecords(factors);
    }

    @Bean TwoFactor twoFactor(SecondFactors factors, Accounts accounts, Passwords passwords, SignIn signIn,
        SignOut signOut, Vault vault, Postgres postgres, Messaging messaging, Audit audit, Ids ids, InstantSource clock,
        TwoFactorSettings settings) {
        return new TwoFactor(factors, new RecoveryCodes(postgres), accounts, passwords, signIn, signOut, vault,
            postgres, messaging, audit, ids, clock, settings.issuer());
    }
}
