package io.millrace.twofactor;

import io.millrace.audit.Audit;
import io.millrace.http.Ids;
import io.millrace.identity.Confirmation;
import io.millrace.identity.Identity;
import io.millrace.identity.SecondStep;
import io.millrace.jobs.Jobs;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Postgres;
import io.millrace.vault.Vault;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(TwoFactorSettings.class)
class TwoFactorModule {
    private static final Duration SWEEP_EVERY = Duration.ofMinutes(5);

    @Bean SecondFactors secondFactors(Postgres postgres, InstantSource clock, Jobs jobs) {
        SecondFactors factors = new SecondFactors(postgres, clock);
        jobs.every("twofactor.challenges", SWEEP_EVERY, factors::sweep);
        return factors;
    }

    @Bean SecondFactorRecords secondFactorRecords(SecondFactors factors) {
        return new SecondFactorRecords(factors);
    }

    @Bean TwoFactor twoFactor(SecondFactors factors, Identity identity, Confirmation confirmation, SecondStep step,
        Vault vault, Postgres postgres, Messaging messaging, Audit audit, Ids ids, InstantSource clock,
        TwoFactorSettings settings) {
        return new TwoFactor(factors, new RecoveryCodes(postgres), identity, confirmation, step, vault, postgres,
            messaging, audit, ids, clock, settings.issuer());
    }
}
