package io.millrace.vault;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.jobs.AtStart;
import io.millrace.jobs.Jobs;
import io.millrace.postgres.Postgres;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(VaultSettings.class)
class VaultModule {
    private static final Duration ROTATE_EVERY = Duration.ofMinutes(1);

    @Bean Masters masterKeys(VaultSettings settings) {
        return Masters.of(settings.keys());
    }

    @Bean Vault vault(Postgres postgres, Masters masters, InstantSource clock) {
        return new Vault(postgres, masters, clock);
    }

    @Bean Rotation keyRotation(Postgres postgres, Masters masters, Vault vault, MeterRegistry meters, Jobs jobs) {
        Rotation rotation = new Rotation(postgres, masters, vault, meters);
        jobs.every("vault.rotate", ROTATE_EVERY, rotation::run);
        return rotation;
    }

    /// Before all other work of a start: others need its keys.
    @Bean
    @Order(1) AtStart unlockedVault(Vault vault) {
        return new AtStart("unlock the vault", vault::unlock);
    }
}
