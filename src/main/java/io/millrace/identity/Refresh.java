package io.millrace.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import reactor.core.publisher.Mono;

/// Keeps people signed in: each refresh token is good once and answers its successor (RFC 9700, 4.14.2).
///
/// The successor is an HMAC of the token under its session's secret, so whoever holds the token can be told the same
/// successor again, and the database alone knows neither. Two tabs that refresh at once both get it within the grace;
/// after that, or once the successor was used, the old token betrays a thief: the whole family is over.
final class Refresh {
    /// How long a used token still answers its successor.
    static final Duration GRACE = Duration.ofSeconds(10);
    private static final String HMAC = "HmacSHA256";

    private final Sessions sessions;
    private final SignIn signIn;
    private final SignOut signOut;
    private final InstantSource clock;
    private final Duration life;

    Refresh(Sessions sessions, SignIn signIn, SignOut signOut, InstantSource clock, Duration life) {
        this.sessions = sessions;
        this.signIn = signIn;
        this.signOut = signOut;
        this.clock = clock;
        this.life = life;
    }

    /// What a token that came is worth.
    enum Worth { FRESH, SAME_SUCCESSOR, DEAD, STOLEN }

    static Worth worth(Sessions.Family family, Instant now) {
        if (!family.live()) return Worth.DEAD;
        Instant used = family.usedAt();
        if (used == null) return Worth.FRESH;
        return !family.further() && !now.isAfter(used.plus(GRACE)) ? Worth.SAME_SUCCESSOR : Worth.STOLEN;
    }

    Mono<SignIn.Outcome> refresh(String token) {
        return family(token).flatMap(family -> worth(family, clock.instant()) == Worth.FRESH
            ? rotated(family, token) : late(family, token))
            .defaultIfEmpty(new SignIn.Outcome.NoSession());
    }

    private Mono<Sessions.Family> family(String token) {
        return sessions.family(Bearer.sha256(token), clock.instant());
    }

    /// Who loses the race for the row finds the token used, and is late.
    private Mono<SignIn.Outcome> rotated(Sessions.Family family, String token) {
        String next = successor(family.secret(), token);
        Instant now = clock.instant();
        return sessions.rotate(Bearer.sha256(token), Bearer.sha256(next), now, now.plus(life))
            .flatMap(session -> signIn.goesOn(session, next))
            .switchIfEmpty(Mono.defer(() -> family(token)).flatMap(again -> late(again, token)));
    }

    private Mono<SignIn.Outcome> late(Sessions.Family family, String token) {
        return switch (worth(family, clock.instant())) {
            case SAME_SUCCESSOR -> signIn.goesOn(family.session(), successor(family.secret(), token));
            case STOLEN -> signOut.stolen(family.session()).thenReturn(new SignIn.Outcome.NoSession());
            case DEAD, FRESH -> Mono.just(new SignIn.Outcome.NoSession());
        };
    }

    static String successor(byte[] secret, String token) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret, HMAC));
            return Base64.getUrlEncoder().withoutPadding()
                .encodeToString(mac.doFinal(token.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
