package io.millrace.federation;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Checks an ID token as OpenID Connect Core 3.1.3.7 and RFC 8725 ask. The key comes from the issuer's published set
/// alone; nothing in the token can name another, and only two algorithms exist.
record IdToken(Set<String> issuers, String clientId, String nonce, Instant now) {
    private static final int CHARS_MAX = 16 * 1024;
    /// Clocks may differ by this much.
    private static final Duration SKEW = Duration.ofSeconds(60);
    /// It was made for this very sign-in.
    private static final Duration AGE_MAX = Duration.ofMinutes(10);
    private static final Duration LIFE_MAX = Duration.ofHours(24);
    private static final int RSA_BITS_MIN = 2_048;
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256);

    /// How it ends: the claims, a key that the set lacks (it may have been changed meanwhile), or why not.
    sealed interface Checked {
        record Good(JWTClaimsSet claims) implements Checked {}

        record UnknownKey() implements Checked {}

        record Bad(String why) implements Checked {}
    }

    Checked check(String text, JWKSet keys) {
        if (text.isEmpty() || text.length() > CHARS_MAX) return new Checked.Bad("no id_token of a sane length");
        try {
            SignedJWT token = SignedJWT.parse(text);
            String header = wrong(token.getHeader());
            if (header != null) return new Checked.Bad(header);
            Optional<JWK> key = key(token.getHeader(), keys);
            if (key.isEmpty()) return new Checked.UnknownKey();
            if (!token.verify(verifier(key.get()))) return new Checked.Bad("signature");
            String claim = wrong(token.getJWTClaimsSet());
            return claim == null ? new Checked.Good(token.getJWTClaimsSet()) : new Checked.Bad(claim);
        } catch (ParseException | JOSEException | IllegalArgumentException e) {
            return new Checked.Bad("unreadable");
        }
    }

    private static @Nullable String wrong(JWSHeader header) {
        if (!ALGORITHMS.contains(header.getAlgorithm())) return "algorithm";
        if (header.getCriticalParams() != null) return "crit";
        JOSEObjectType type = header.getType();
        return type == null || type.equals(JOSEObjectType.JWT) ? null : "typ";
    }

    /// By exact id; a token without one is the only fitting key's.
    private static Optional<JWK> key(JWSHeader header, JWKSet keys) {
        List<JWK> fitting = keys.getKeys().stream().filter(key -> fits(key, header.getAlgorithm()))
            .filter(key -> header.getKeyID() == null || header.getKeyID().equals(key.getKeyID())).toList();
        return fitting.size() == 1 ? Optional.of(fitting.getFirst()) : Optional.empty();
    }

    private static boolean fits(JWK key, JWSAlgorithm algorithm) {
        boolean signs = key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE);
        boolean named = key.getAlgorithm() == null || key.getAlgorithm().equals(algorithm);
        boolean kind = algorithm.equals(JWSAlgorithm.RS256)
            ? key.getKeyType().equals(KeyType.RSA) && key.size() >= RSA_BITS_MIN
            : key instanceof ECKey curve && curve.getCurve().equals(Curve.P_256);
        return signs && named && kind;
    }

    private static JWSVerifier verifier(JWK key) throws JOSEException {
        return key instanceof ECKey curve ? new ECDSAVerifier(curve) : new RSASSAVerifier((RSAKey) key);
    }

    private @Nullable String wrong(JWTClaimsSet claims) throws ParseException {
        if (!issuers.contains(String.valueOf(claims.getIssuer()))) return "iss";
        if (!claims.getAudience().contains(clientId)) return "aud";
        String azp = claims.getStringClaim("azp");
        if (azp == null ? claims.getAudience().size() > 1 : !azp.equals(clientId)) return "azp";
        Date expires = claims.getExpirationTime();
        Date issued = claims.getIssueTime();
        if (expires == null || !now.minus(SKEW).isBefore(expires.toInstant())) return "exp";
        if (issued == null || issued.toInstant().isAfter(now.plus(SKEW))
            || issued.toInstant().isBefore(now.minus(AGE_MAX))
            || expires.toInstant().isAfter(issued.toInstant().plus(LIFE_MAX))) return "iat";
        if (claims.getNotBeforeTime() != null && claims.getNotBeforeTime().toInstant().isAfter(now.plus(SKEW)))
            return "nbf";
        String said = claims.getStringClaim("nonce");
        if (said == null || !Departure.same(said, nonce)) return "nonce";
        String subject = claims.getSubject();
        return subject == null || subject.isBlank() || subject.length() > Outer.SUBJECT_CHARS_MAX ? "sub" : null;
    }
}
