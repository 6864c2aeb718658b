package io.millrace.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.millrace.http.Caller.Realm;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Access tokens: ES256 JWTs of type `at+jwt` (RFC 9068). Nimbus signs; Spring Security's reactive decoder verifies as
/// RFC 8725 asks: the algorithm, type, issuer and audience are pinned; the key is one of ours by exact id; headers that
/// point elsewhere make the token foreign. Customers and staff are two audiences; a token is for one of them.
final class AccessTokens {
    static final int CHARS_MAX = 4_096;
    private static final JOSEObjectType TYPE = new JOSEObjectType("at+jwt");
    /// A token from another node may be this much ahead of our clock.
    private static final Duration AHEAD_MAX = Duration.ofSeconds(60);
    private static final OAuth2TokenValidatorResult BAD =
        OAuth2TokenValidatorResult.failure(new OAuth2Error("invalid_token"));

    private final String issuer;
    private final String audience;
    private final String staffAudience;
    private final Duration life;
    private final Supplier<Mono<Keys>> keys;
    private final InstantSource clock;
    private final ReactiveJwtDecoder decoder;

    AccessTokens(String issuer, String audience, String staffAudience, Duration life, Supplier<Mono<Keys>> keys,
        InstantSource clock) {
        this.issuer = issuer;
        this.audience = audience;
        this.staffAudience = staffAudience;
        this.life = life;
        this.keys = keys;
        this.clock = clock;
        this.decoder = decoder();
    }

    /// What a good token says.
    record Verified(UUID account, UUID session, Realm realm, Set<String> roles, Instant at, Set<String> methods,
        Instant expires) {}

    Duration life() {
        return life;
    }

    Mono<String> mint(Account account, Session session, UUID id) {
        return keys.get().map(all -> minted(account, session, id, all.signing(), clock.instant()));
    }

    private String minted(Account account, Session session, UUID id, ECKey key, Instant now) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).type(TYPE).build();
        JWTClaimsSet claims = new JWTClaimsSet.Builder().issuer(issuer)
            .audience(account.realm() == Realm.STAFF ? staffAudience : audience)
            .subject(account.id().toString()).issueTime(Date.from(now)).expirationTime(Date.from(now.plus(life)))
            .jwtID(id.toString()).claim("sid", session.id().toString())
            .claim("roles", List.copyOf(account.roles()))
            .claim("auth_time", session.at().getEpochSecond()).claim("amr", List.copyOf(session.methods()))
            .build();
        SignedJWT token = new SignedJWT(header, claims);
        try {
            token.sign(new ECDSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("cannot sign", e);
        }
        return token.serialize();
    }

    /// What the token says when it is one of ours and still good; otherwise nothing, and no reason.
    Mono<Verified> verify(String text) {
        if (text.length() > CHARS_MAX) return Mono.empty();
        return Mono.defer(() -> decoder.decode(text)).map(this::verified)
            .onErrorResume(error -> error instanceof JwtException || error instanceof IllegalArgumentException,
                bad -> Mono.empty());
    }

    private ReactiveJwtDecoder decoder() {
        NimbusReactiveJwtDecoder made = NimbusReactiveJwtDecoder.withJwkSource(this::key)
            .jwsAlgorithm(SignatureAlgorithm.ES256)
            .jwtProcessorCustomizer(
                processor -> processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(TYPE)))
            .build();
        made.setJwtValidator(new DelegatingOAuth2TokenValidator<>(new JwtIssuerValidator(issuer), this::validate));
        return made;
    }

    /// Found by exact id among ours, and only for a token that names no other place to look.
    private Flux<JWK> key(SignedJWT token) {
        JWSHeader header = token.getHeader();
        boolean ours = JWSAlgorithm.ES256.equals(header.getAlgorithm()) && TYPE.equals(header.getType())
            && header.getCriticalParams() == null && header.getJWKURL() == null && header.getX509CertURL() == null
            && header.getJWK() == null && header.getX509CertChain() == null && header.getKeyID() != null;
        return !ours ? Flux.empty() : keys.get().flatMap(all -> Mono.justOrEmpty(all.byId(header.getKeyID())))
            .<JWK>map(ECKey::toPublicJWK).flux();
    }

    /// No leeway: expired is expired.
    private OAuth2TokenValidatorResult validate(Jwt token) {
        Instant now = clock.instant();
        Instant expires = token.getExpiresAt();
        Instant issued = token.getIssuedAt();
        Instant from = token.getNotBefore();
        boolean good = realm(token.getAudience()).isPresent() && expires != null && now.isBefore(expires)
            && issued != null && !issued.isAfter(now.plus(AHEAD_MAX)) && (from == null || !from.isAfter(now))
            && token.getSubject() != null && token.getId() != null && text(token, "sid") != null
            && token.getClaim("roles") instanceof List<?> && token.getClaim("amr") instanceof List<?>
            && token.getClaim("auth_time") instanceof Number;
        return good ? OAuth2TokenValidatorResult.success() : BAD;
    }

    private Verified verified(Jwt token) {
        Number at = Objects.requireNonNull(token.<Number>getClaim("auth_time"));
        return new Verified(UUID.fromString(token.getSubject()), UUID.fromString(String.valueOf(text(token, "sid"))),
            realm(token.getAudience()).orElseThrow(IllegalArgumentException::new),
            Set.copyOf(token.getClaimAsStringList("roles")), Instant.ofEpochSecond(at.longValue()),
            Set.copyOf(token.getClaimAsStringList("amr")),
            Optional.ofNullable(token.getExpiresAt()).orElseThrow(IllegalArgumentException::new));
    }

    private static @Nullable String text(Jwt token, String claim) {
        return token.getClaim(claim) instanceof String text ? text : null;
    }

    /// A token for both audiences at once is none of ours.
    private Optional<Realm> realm(@Nullable List<String> audiences) {
        if (List.of(staffAudience).equals(audiences)) return Optional.of(Realm.STAFF);
        return List.of(audience).equals(audiences) ? Optional.of(Realm.CUSTOMER) : Optional.empty();
    }
}
