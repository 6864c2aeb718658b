package io.millrace.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.millrace.http.Caller.Realm;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Access tokens: ES256 JWTs of type `at+jwt` (RFC 9068), verified as RFC 8725 asks: the algorithm, type, issuer and
/// audience are pinned; the key is one of ours by exact id; headers that point elsewhere make the token foreign.
/// Customers and staff are two audiences; a token is for one of them.
record AccessTokens(String issuer, String audience, String staffAudience, Duration life) {
    static final int CHARS_MAX = 4_096;
    private static final JOSEObjectType TYPE = new JOSEObjectType("at+jwt");
    /// A token from another node may be this much ahead of our clock.
    private static final Duration AHEAD_MAX = Duration.ofSeconds(60);

    /// What a good token says.
    record Verified(UUID account, UUID session, Realm realm, Set<String> roles, Instant at, Set<String> methods,
        Instant expires) {}

    String mint(Account account, Session session, UUID id, Keys keys, Instant now) {
        ECKey key = keys.signing();
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
    Optional<Verified> verify(String text, Keys keys, Instant now) {
        if (text.length() > CHARS_MAX) return Optional.empty();
        try {
            SignedJWT token = SignedJWT.parse(text);
            Optional<ECKey> key = key(token.getHeader(), keys);
            if (key.isEmpty() || !token.verify(new ECDSAVerifier(key.get()))) return Optional.empty();
            return claims(token.getJWTClaimsSet(), now);
        } catch (ParseException | JOSEException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<ECKey> key(JWSHeader header, Keys keys) {
        boolean ours = JWSAlgorithm.ES256.equals(header.getAlgorithm()) && TYPE.equals(header.getType())
            && header.getCriticalParams() == null && header.getJWKURL() == null && header.getX509CertURL() == null
            && header.getJWK() == null && header.getX509CertChain() == null && header.getKeyID() != null;
        return ours ? keys.byId(header.getKeyID()) : Optional.empty();
    }

    private Optional<Verified> claims(JWTClaimsSet claims, Instant now) throws ParseException {
        Date expires = claims.getExpirationTime();
        Date issued = claims.getIssueTime();
        Optional<Realm> realm = realm(claims.getAudience());
        boolean good = issuer.equals(claims.getIssuer()) && realm.isPresent()
            && expires != null && now.isBefore(expires.toInstant())
            && issued != null && !issued.toInstant().isAfter(now.plus(AHEAD_MAX))
            && (claims.getNotBeforeTime() == null || !claims.getNotBeforeTime().toInstant().isAfter(now))
            && claims.getSubject() != null && claims.getJWTID() != null
            && claims.getStringListClaim("roles") != null && claims.getStringListClaim("amr") != null
            && claims.getStringClaim("sid") != null && claims.getLongClaim("auth_time") != null;
        if (!good || expires == null) return Optional.empty();
        return Optional.of(new Verified(UUID.fromString(claims.getSubject()),
            UUID.fromString(claims.getStringClaim("sid")), realm.get(),
            Set.copyOf(new HashSet<>(claims.getStringListClaim("roles"))),
            Instant.ofEpochSecond(claims.getLongClaim("auth_time")),
            Set.copyOf(new HashSet<>(claims.getStringListClaim("amr"))), expires.toInstant()));
    }

    /// A token for both audiences at once is none of ours.
    private Optional<Realm> realm(List<String> audiences) {
        if (List.of(staffAudience).equals(audiences)) return Optional.of(Realm.STAFF);
        return List.of(audience).equals(audiences) ? Optional.of(Realm.CUSTOMER) : Optional.empty();
    }
}
