package io.millrace.sandbox;

import static java.util.Objects.requireNonNull;

import io.millrace.http.Ids;
import io.millrace.http.Json;
import io.millrace.postgres.Postgres;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The simulated issuer's RSA keys, shared by all nodes, and its signatures. Written with the JDK alone: what checks
/// them in the shop is another library, so a mistake is not made twice.
final class IssuerRing {
    private static final int BITS = 2_048;
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private final Postgres postgres;
    private final InstantSource clock;

    IssuerRing(Postgres postgres, InstantSource clock) {
        this.postgres = postgres;
        this.clock = clock;
    }

    record Key(String kid, String pkcs8, JsonNode jwk) {}

    /// The newest key; the first call makes one.
    Mono<Key> signing() {
        return newest().switchIfEmpty(Mono.defer(this::rotate));
    }

    private Mono<Key> newest() {
        return postgres.query("""
            select kid, key, public::text as public from sandbox.issuer_keys order by created desc, kid limit 1
            """, Map.of(), row -> new Key(requireNonNull(row.get("kid", String.class)),
            requireNonNull(row.get("key", String.class)),
            Json.OURS.readTree(requireNonNull(row.get("public", String.class))))).singleOrEmpty();
    }

    /// A new key signs from now on, and only it is published.
    Mono<Key> rotate() {
        return Mono.fromCallable(IssuerRing::generated).subscribeOn(Schedulers.boundedElastic())
            .flatMap(key -> postgres.update("""
                insert into sandbox.issuer_keys (kid, key, public, created) values (:kid, :key, :public::jsonb, :now)
                """, Map.of("kid", key.kid, "key", key.pkcs8, "public", key.jwk.toString(), "now", clock.instant()))
                .thenReturn(key));
    }

    private static Key generated() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(BITS);
        KeyPair pair = generator.generateKeyPair();
        RSAPublicKey half = (RSAPublicKey) pair.getPublic();
        String kid = Ids.token().substring(0, 16);
        ObjectNode jwk = Json.OURS.createObjectNode().put("kty", "RSA").put("use", "sig").put("alg", "RS256")
            .put("kid", kid).put("n", number(half.getModulus())).put("e", number(half.getPublicExponent()));
        return new Key(kid, Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded()), jwk);
    }

    /// Base64urlUInt: big-endian without a sign byte.
    private static String number(BigInteger value) {
        byte[] bytes = value.toByteArray();
        return URL.encodeToString(bytes[0] == 0 ? java.util.Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
    }

    static Mono<String> rs256(Key key, @Nullable String kid, ObjectNode claims) {
        return Mono.fromCallable(() -> {
            String text = text(Json.OURS.createObjectNode().put("alg", "RS256").put("typ", "JWT").put("kid", kid),
                claims);
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key.pkcs8))));
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return text + "." + URL.encodeToString(signature.sign());
        });
    }

    /// The forger's first try: the published key, or the client's secret, as the key of an HMAC.
    static Mono<String> hs256(String secret, String kid, ObjectNode claims) {
        return Mono.fromCallable(() -> {
            String text = text(Json.OURS.createObjectNode().put("alg", "HS256").put("typ", "JWT").put("kid", kid),
                claims);
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return text + "." + URL.encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
        });
    }

    static String unsigned(ObjectNode claims) {
        return text(Json.OURS.createObjectNode().put("alg", "none"), claims) + ".";
    }

    private static String text(ObjectNode header, ObjectNode claims) {
        return URL.encodeToString(header.toString().getBytes(StandardCharsets.UTF_8)) + "."
            + URL.encodeToString(claims.toString().getBytes(StandardCharsets.UTF_8));
    }
}
