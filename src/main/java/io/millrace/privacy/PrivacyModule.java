package io.millrace.privacy;

import io.millrace.audit.Audit;
import io.millrace.http.Api;
import io.millrace.http.Ids;
import io.millrace.identity.Confirmation;
import io.millrace.messaging.Messaging;
import io.millrace.messaging.Subscription;
import io.millrace.postgres.Postgres;
import io.millrace.vault.PersonalRecords;
import io.millrace.vault.Vault;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Configuration(proxyBeanMethods = false)
class PrivacyModule {
    @Bean Privacy privacy(ObjectProvider<PersonalRecords> records, Postgres postgres, Messaging messaging, Vault vault,
        Ids ids, InstantSource clock) {
        return new Privacy(records, postgres, messaging, vault, ids, clock);
    }

    @Bean RouterFunction<ServerResponse> privacyApi(Api api, Privacy privacy, Confirmation confirmation, Audit audit) {
        return new PrivacyRoutes(privacy, confirmation, audit).table(api);
    }

    /// No node remembers a key that was taken away.
    @Bean Subscription<PrivacyEvent> forgottenKeys(Vault vault) {
        return Subscription.everyNode("forgotten-keys", PrivacyEvent.class, facts -> Mono.fromRunnable(() -> {
            for (PrivacyEvent fact : facts)
                if (fact instanceof PrivacyEvent.PersonErased erased) vault.drop(erased.account());
        }));
    }
}
