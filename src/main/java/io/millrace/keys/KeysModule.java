package io.millrace.keys;

import io.millrace.audit.Audit;
import io.millrace.http.Ids;
import io.millrace.http.Limits;
import io.millrace.http.Standing;
import io.millrace.http.Streams;
import io.millrace.identity.Identity;
import io.millrace.identity.IdentityEvent;
import io.millrace.jobs.AtStart;
import io.millrace.messaging.Committed;
import io.millrace.messaging.Fact;
import io.millrace.messaging.Messaging;
import io.millrace.messaging.Subscription;
import io.millrace.postgres.Postgres;
import java.time.InstantSource;
import java.util.stream.Collectors;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import reactor.core.publisher.Mono;

@Configuration(proxyBeanMethods = false)
class KeysModule {
    @Bean PersonalTokens personalTokens(Postgres postgres) {
        return new PersonalTokens(postgres);
    }

    @Bean ChannelKeys channelKeys(Postgres postgres) {
        return new ChannelKeys(postgres);
    }

    @Bean KnownKeys knownKeys(ChannelKeys keys, InstantSource clock) {
        return new KnownKeys(keys, clock);
    }

    @Bean BadKeys badKeys(Limits limits) {
        return new BadKeys(limits);
    }

    @Bean KeyDoor keyDoor(KnownKeys known, BadKeys bad) {
        return new KeyDoor(known, bad);
    }

    @Bean SecretKeyCredentials secretKeyCredentials(KnownKeys known, BadKeys bad) {
        return new SecretKeyCredentials(known, bad);
    }

    @Bean TokenCredentials tokenCredentials(PersonalTokens tokens, Identity identity, BadKeys bad,
        InstantSource clock) {
        return new TokenCredentials(tokens, identity, bad, clock);
    }

    @Bean KeyRing channelKeyRing(ChannelKeys keys, KnownKeys known, Messaging messaging, Audit audit, Ids ids,
        InstantSource clock) {
        return new KeyRing(keys, known, messaging, audit, ids, clock);
    }

    @Bean
    @Order(20) AtStart keysKnown(KnownKeys known) {
        return new AtStart("channel keys", known::reload);
    }

    @Bean TokenRecords tokenRecords(PersonalTokens tokens, InstantSource clock) {
        return new TokenRecords(tokens, clock);
    }

    /// Live streams of a token that was taken back end, also where nobody heard of it.
    @Bean Standing standingOfTokens(PersonalTokens tokens, InstantSource clock) {
        return asked -> tokens.over(asked, clock.instant()).collect(Collectors.toSet());
    }

    @Bean Subscription<KeysEvent> keysElsewhere(KnownKeys known, TokenCredentials credentials,
        Streams streams) {
        return Subscription.everyNode("keys", KeysEvent.class, facts -> {
            facts.forEach(fact -> hear(fact, credentials, streams));
            boolean channels = facts.stream().anyMatch(KeysEvent.ChannelKeyChanged.class::isInstance);
            return channels ? known.reload() : Mono.empty();
        });
    }

    @Bean Subscription<IdentityEvent> ownersElsewhere(TokenCredentials credentials, Streams streams) {
        return Subscription.everyNode("keys-owners", IdentityEvent.class,
            facts -> Mono.fromRunnable(() -> facts.forEach(fact -> hear(fact, credentials, streams))));
    }

    /// The node that took a token back, or ended or changed its owner's rights, knows it before its caller does.
    @Bean Committed tokensHere(TokenCredentials credentials, Streams streams) {
        return facts -> facts.forEach(fact -> hear(fact, credentials, streams));
    }

    private static void hear(Fact fact, TokenCredentials credentials, Streams streams) {
        switch (fact) {
            case KeysEvent.TokenRevoked revoked -> {
                credentials.forget(revoked.token());
                streams.end(revoked.account(), revoked.token());
            }
            case IdentityEvent.SessionsEnded ended when ended.session() == null ->
                credentials.forgetAllOf(ended.account());
            case IdentityEvent.RoleChanged changed -> credentials.forgetAll();
            default -> {}
        }
    }
}
