package io.millrace.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.millrace.testing.Answer;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/// Attack 23, OWASP API2:2023, ASVS 5.0 V9.1-V9.2: every token that is not exactly one of ours is 401.
class ForgedTokenTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final ECKey KEY = Keys.generated();
    private static final Keys KEYS = new Keys(KEY, List.of(KEY));
    private static final AccessTokens TOKENS = tokens(() -> NOW);
    private static final Account ANN = Account.fresh(UUID.randomUUID(), Email.of("ann@example.com"), "Ann", "Lee",
        null, Set.of("customer"));

    private static AccessTokens tokens(InstantSource clock) {
        return new AccessTokens("millrace", "millrace-api", "millrace-staff", Duration.ofHours(1),
            () -> Mono.just(KEYS), clock);
    }

    private static Session session(UUID id) {
        return new Session(id, ANN.id(), NOW, Set.of("pwd"));
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder().issuer("millrace").audience("millrace-api").subject(ANN.id().toString())
            .issueTime(Date.from(NOW)).expirationTime(Date.from(NOW.plusSeconds(60))).jwtID("j")
            .claim("sid", UUID.randomUUID().toString()).claim("roles", List.of("customer"))
            .claim("amr", List.of("pwd")).claim("auth_time", NOW.getEpochSecond());
    }

    private static JWSHeader.Builder header() {
        return new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(KEY.getKeyID()).type(new JOSEObjectType("at+jwt"));
    }

    private static String signed(JWSHeader header, JWTClaimsSet claims) throws Exception {
        SignedJWT token = new SignedJWT(header, claims);
        token.sign(new ECDSASigner(KEY));
        return token.serialize();
    }

    private static String minted(AccessTokens tokens, UUID session) {
        return Objects.requireNonNull(tokens.mint(ANN, session(session), UUID.randomUUID()).block());
    }

    private static boolean isGood(String token) {
        return TOKENS.verify(token).blockOptional().isPresent();
    }

    private static boolean isGoodWith(UnaryOperator<JWTClaimsSet.Builder> change) throws Exception {
        return isGood(signed(header().build(), change.apply(claims()).build()));
    }

    private static boolean isGoodUnder(UnaryOperator<JWSHeader.Builder> change) throws Exception {
        return isGood(signed(change.apply(header()).build(), claims().build()));
    }

    @Test void our_own_token_is_good_until_the_second_it_expires() {
        UUID session = UUID.randomUUID();
        String token = minted(TOKENS, session);
        AccessTokens.Verified verified = Objects.requireNonNull(
            tokens(() -> NOW.plusSeconds(3599)).verify(token).block());
        assertThat(verified.account()).isEqualTo(ANN.id());
        assertThat(verified.session()).isEqualTo(session);
        assertThat(verified.roles()).containsExactly("customer");
        assertThat(tokens(() -> NOW.plusSeconds(3600)).verify(token).blockOptional()).isEmpty();
        assertThat(tokens(() -> NOW.plusSeconds(3601)).verify(token).blockOptional()).isEmpty();
    }

    @Test void a_token_made_by_hand_the_same_way_is_good() throws Exception {
        assertThat(isGoodWith(same -> same)).isTrue();
        assertThat(isGoodUnder(same -> same)).isTrue();
    }

    @Test void no_signature_is_no_token() {
        assertThat(isGood(new PlainJWT(claims().build()).serialize())).isFalse();
        String body = Base64.getUrlEncoder().withoutPadding()
            .encodeToString(claims().build().toString().getBytes(StandardCharsets.UTF_8));
        for (String alg : List.of("none", "None", "NONE", "nOnE", ""))
            assertThat(isGood(encoded("{\"alg\":\"" + alg + "\",\"typ\":\"at+jwt\"}") + "." + body + ".")).isFalse();
    }

    @Test void a_symmetric_signature_with_our_public_key_is_refused() throws Exception {
        byte[] publicKey = KEY.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8);
        SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(KEY.getKeyID())
            .type(new JOSEObjectType("at+jwt")).build(), claims().build());
        token.sign(new MACSigner(publicKey));
        assertThat(isGood(token.serialize())).isFalse();
    }

    @Test void a_key_that_the_token_brings_along_is_never_used() throws Exception {
        ECKey thief = Keys.generated();
        for (String kid : List.of("../../dev/null", "' or 1=1 --", "x' union select jwk", thief.getKeyID(), "")) {
            SignedJWT token = new SignedJWT(header().keyID(kid).build(), claims().build());
            token.sign(new ECDSASigner(thief));
            assertThat(isGood(token.serialize())).as(kid).isFalse();
        }
        assertThat(isGoodUnder(header -> header.jwk(thief.toPublicJWK()))).isFalse();
        assertThat(isGoodUnder(header -> header.jwkURL(URI.create("https://thief.example/jwks")))).isFalse();
        assertThat(isGoodUnder(header -> header.x509CertURL(URI.create("https://thief.example/x")))).isFalse();
        assertThat(isGoodUnder(header -> header.keyID(null))).isFalse();
        assertThat(isGoodUnder(header -> header.criticalParams(Set.of("exp")))).isFalse();
    }

    @Test void a_token_of_another_kind_issuer_or_audience_is_refused() throws Exception {
        assertThat(isGoodUnder(header -> header.type(JOSEObjectType.JWT))).isFalse();
        assertThat(isGoodUnder(header -> header.type(null))).isFalse();
        assertThat(isGoodWith(claims -> claims.issuer("else"))).isFalse();
        assertThat(isGoodWith(claims -> claims.issuer(null))).isFalse();
        assertThat(isGoodWith(claims -> claims.audience("else"))).isFalse();
        assertThat(isGoodWith(claims -> claims.audience(List.of("millrace-api", "else")))).isFalse();
        assertThat(isGoodWith(claims -> claims.audience(List.of("millrace-api", "millrace-staff")))).isFalse();
        assertThat(isGoodWith(claims -> claims.audience((String) null))).isFalse();
    }

    @Test void a_token_out_of_its_time_is_refused() throws Exception {
        assertThat(isGoodWith(claims -> claims.expirationTime(Date.from(NOW.minusSeconds(1))))).isFalse();
        assertThat(isGoodWith(claims -> claims.expirationTime(null))).isFalse();
        assertThat(isGoodWith(claims -> claims.notBeforeTime(Date.from(NOW.plusSeconds(5))))).isFalse();
        assertThat(isGoodWith(claims -> claims.issueTime(Date.from(NOW.plusSeconds(300))))).isFalse();
    }

    @Test void a_token_without_a_person_or_roles_is_refused() throws Exception {
        assertThat(isGoodWith(claims -> claims.subject("ann"))).isFalse();
        assertThat(isGoodWith(claims -> claims.subject(null))).isFalse();
        assertThat(isGoodWith(claims -> claims.claim("roles", "super_admin"))).isFalse();
        assertThat(isGoodWith(claims -> claims.claim("sid", null))).isFalse();
        assertThat(isGoodWith(claims -> claims.claim("amr", null))).isFalse();
        assertThat(isGoodWith(claims -> claims.claim("auth_time", null))).isFalse();
    }

    @Test void a_changed_letter_a_huge_token_and_noise_are_refused() {
        String good = minted(TOKENS, UUID.randomUUID());
        int middle = good.indexOf('.') + 20;
        char other = good.charAt(middle) == 'A' ? 'B' : 'A';
        assertThat(isGood(good.substring(0, middle) + other + good.substring(middle + 1))).isFalse();
        for (String noise : List.of("", ".", "..", "a.b.c", "x".repeat(AccessTokens.CHARS_MAX + 1), "....", "\u0000"))
            assertThat(isGood(noise)).isFalse();
    }

    @Test void over_http_a_bad_token_is_401_even_where_nobody_need_sign_in() {
        Shop shop = Shop.shared();
        String foreign = minted(tokens(InstantSource.system()), UUID.randomUUID());
        for (String token : List.of(foreign, "nonsense")) {
            Answer answer = shop.client().bearer(token).get("/api/v1/auth/me").expect(401);
            assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
            assertThat(answer.code()).isEqualTo("invalid_token");
            shop.client().bearer(token).post("/api/v1/auth/login", "{}").expect(401);
        }
        assertThat(shop.client().get("/api/v1/auth/me").expect(401).header("WWW-Authenticate")).isEqualTo("Bearer");
    }

    /// A token of another kind is none: a refresh token, a guest's cart or order token, a stream's ticket, a webhook's.
    @Test void attack_23_tokens_of_other_kinds_are_no_access_tokens() {
        Shop shop = Shop.shared();
        People people = new People(shop);
        String email = People.freshEmail();
        people.register(email);
        Answer tokens = people.signIn(email);
        String access = tokens.data().path("access_token").asString();
        String[] parts = access.split("\\.");
        for (String other : List.of(tokens.data().path("refresh_token").asString(), io.millrace.http.Ids.token(),
            "whsec_sandbox", "sk_test_sandbox", parts[1], parts[0] + "." + parts[1], access + ".x", access + "A",
            parts[0] + "." + parts[1] + "."))
            shop.client().bearer(other).get("/api/v1/auth/me").expect(401);
        shop.client().with("Authorization", "bearer " + access).get("/api/v1/auth/me").expect(200);
        shop.client().post("/api/v1/auth/refresh", java.util.Map.of("refresh_token", access)).expect(422);
    }

    @Test void a_signing_key_is_read_as_jwk_and_as_pem_and_is_never_told() throws Exception {
        ECKey jwk = Keys.read(KEY.toJSONString());
        String pem = "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder()
            .encodeToString(KEY.toECPrivateKey().getEncoded()) + "\n-----END PRIVATE KEY-----\n";
        assertThat(Keys.read(pem).toPublicJWK()).isEqualTo(jwk.toPublicJWK());
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> Keys.read("{\"kty\":\"EC\",\"d\":\"my secret\"}"))
            .hasMessageNotContaining("my secret");
        assertThat(new IdentitySettings("my secret", "my secret", Duration.ofDays(1), "i", "a", "s",
            Duration.ofHours(1), Duration.ofDays(1), false, Duration.ZERO, java.util.Map.of()).toString())
            .doesNotContain("my secret");
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
