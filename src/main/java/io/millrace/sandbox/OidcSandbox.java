package io.millrace.sandbox;

import static io.millrace.http.Access.anyone;

import io.millrace.http.Api;
import io.millrace.http.Json;
import io.millrace.http.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// An OpenID Connect issuer: discovery, consent (by a click, or at once with `login_hint`), token with PKCE, keys that
/// rotate, userinfo. The dial's `lie` makes it a bad one.
final class OidcSandbox {
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);
    private static final Duration SILENCE = Duration.ofSeconds(20);
    private static final int HUGE_BYTES = 1024 * 1024;
    private static final String OTHER = "https://other-issuer.example";

    private final SignIns signIns;
    private final IssuerRing ring;
    private final ChaosDial dial;
    private final InstantSource clock;
    private final String clientId;
    private final String clientSecret;
    private final Supplier<String> ownUrl;

    OidcSandbox(SignIns signIns, IssuerRing ring, ChaosDial dial, InstantSource clock, String clientId,
        String clientSecret, Supplier<String> ownUrl) {
        this.signIns = signIns;
        this.ring = ring;
        this.dial = dial;
        this.clock = clock;
        this.clientId = clientId;
        this.clientSecret = clientSecret;
        this.ownUrl = ownUrl;
    }

    RouterFunction<ServerResponse> table(Api api) {
        return api.absolute("/sandbox/oidc", rows -> {
            rows.GET("/.well-known/openid-configuration", anyone(), this::discovery);
            rows.GET("/authorize", anyone(), this::authorize).produces("text/html");
            rows.POST("/token", anyone(), this::token).storesNothing();
            rows.GET("/jwks", anyone(), request -> ring.signing().map(key -> jwks(key.jwk())));
            rows.POST("/rotate", anyone(), request -> ring.rotate().map(key -> jwks(key.jwk())));
            rows.GET("/userinfo", anyone(), this::userinfo);
        });
    }

    private String issuer() {
        return ownUrl.get() + "/sandbox/oidc";
    }

    private Mono<Reply> discovery(ServerRequest request) {
        ObjectNode document = Json.OURS.createObjectNode().put("issuer", issuer())
            .put("authorization_endpoint", issuer() + "/authorize").put("token_endpoint", issuer() + "/token")
            .put("jwks_uri", issuer() + "/jwks").put("userinfo_endpoint", issuer() + "/userinfo")
            .put("authorization_response_iss_parameter_supported", true);
        document.putArray("response_types_supported").add("code");
        document.putArray("subject_types_supported").add("public");
        document.putArray("id_token_signing_alg_values_supported").add("RS256");
        document.putArray("code_challenge_methods_supported").add("S256");
        document.putArray("token_endpoint_auth_methods_supported").add("client_secret_basic")
            .add("client_secret_post");
        return Mono.just(json(200, document));
    }

    private Mono<Reply> authorize(ServerRequest request) {
        Map<String, String> query = request.queryParams().toSingleValueMap();
        String redirect = query.getOrDefault("redirect_uri", "");
        if (!clientId.equals(query.get("client_id")) || !redirect.matches(WebForms.CALLBACK))
            return Mono.just(json(400, WebForms.error("invalid_request", "This client or redirect is unknown")));
        boolean pkce = "S256".equals(query.get("code_challenge_method"))
            && query.getOrDefault("code_challenge", "").length() == 43;
        if (!"code".equals(query.get("response_type")) || !pkce || !query.containsKey("state")
            || !query.getOrDefault("scope", "").contains("openid"))
            return Mono.just(away(redirect + "?error=invalid_request&state=" + enc(query.getOrDefault("state", ""))));
        String hint = query.get("login_hint");
        if (hint == null)
            return Reply.bytes(Persona.page("Sandbox sign-in",
                email -> request.uri().getRawPath() + "?" + request.uri().getRawQuery() + "&login_hint=" + enc(email)),
                "text/html");
        if (hint.equals("nobody"))
            return Mono.just(away(redirect + "?error=access_denied&state=" + enc(query.getOrDefault("state", ""))
                + "&iss=" + enc(issuer())));
        ObjectNode doc = Persona.of(hint).put(Json.OURS.createObjectNode()).put("redirect_uri", redirect)
            .put("nonce", query.get("nonce")).put("challenge", query.get("code_challenge"));
        return dial.now().flatMap(chaos -> signIns.open(doc).map(code -> away(redirect + "?code=" + enc(code)
            + "&state=" + enc(query.getOrDefault("state", "")) + "&iss=" + enc(chaos.lies("iss_parameter") ? OTHER
                : issuer()))));
    }

    private Mono<Reply> token(ServerRequest request) {
        Map<String, String> form = WebForms.read(Api.raw(request));
        if (!isClient(request, form))
            return Mono.just(json(401, WebForms.error("invalid_client", "The client was not found")));
        if (!"authorization_code".equals(form.get("grant_type")))
            return Mono.just(json(400, WebForms.error("unsupported_grant_type", "Only authorization_code")));
        return dial.now().flatMap(chaos -> {
            if (dial.rolls(chaos.fail())) return Mono.just(json(500, WebForms.error("server_error", "chaos")));
            if (chaos.lies("silent")) return Mono.delay(SILENCE).map(late -> json(503, WebForms.error("late", "late")));
            if (chaos.lies("redirect")) return Mono.just(away(OTHER + "/token"));
            if (chaos.lies("huge"))
                return Mono.just(json(200, Json.OURS.createObjectNode()
                    .put("id_token", "x".repeat(HUGE_BYTES))));
            return signIns.redeem(form.getOrDefault("code", "")).filter(SignIns.SignIn::fresh)
                .filter(sign -> sign.doc().path("redirect_uri").asString("").equals(form.get("redirect_uri")))
                .filter(sign -> chaos.lies("no_pkce") || sign.doc().path("challenge").asString("")
                    .equals(s256(form.getOrDefault("code_verifier", ""))))
                .flatMap(sign -> tokens(sign, chaos))
                .defaultIfEmpty(json(400, WebForms.error("invalid_grant", "The code is invalid, expired or used")));
        });
    }

    private Mono<Reply> tokens(SignIns.SignIn sign, Chaos chaos) {
        long now = clock.instant().getEpochSecond();
        JsonNode doc = sign.doc();
        ObjectNode claims = chaos.lies("no_email") ? Json.OURS.createObjectNode().put("sub", doc.path("sub").asString())
            : Persona.copy(doc);
        claims.put("iss", chaos.lies("iss") ? OTHER : issuer()).put("aud", chaos.lies("aud") ? "other-app" : clientId)
            .put("iat", now).put("exp", chaos.lies("expired") ? now - 600 : now + TOKEN_LIFE.toSeconds())
            .put("nonce", chaos.lies("nonce") ? "another-nonce" : doc.path("nonce").asString(""));
        if (chaos.lies("unverified")) claims.put("email_verified", false);
        if (chaos.lies("azp")) {
            claims.putArray("aud").add(clientId).add("other-app");
            claims.put("azp", "other-app");
        }
        return ring.signing().flatMap(key -> signed(claims, key, chaos)).map(idToken -> json(200,
            Json.OURS.createObjectNode().put("access_token", sign.access()).put("token_type", "Bearer")
                .put("expires_in", TOKEN_LIFE.toSeconds()).put("scope", "openid email profile")
                .put("id_token", idToken)));
    }

    private Mono<String> signed(ObjectNode claims, IssuerRing.Key key, Chaos chaos) {
        if (chaos.lies("alg_none")) return Mono.just(IssuerRing.unsigned(claims));
        if (chaos.lies("hs256")) return IssuerRing.hs256(clientSecret, key.kid(), claims);
        if (chaos.lies("no_kid")) return IssuerRing.rs256(key, null, claims);
        if (chaos.lies("unknown_key")) return IssuerRing.rs256(key, "nobody-published-this", claims);
        return IssuerRing.rs256(key, key.kid(), claims)
            .map(token -> chaos.lies("signature") ? token.substring(0, token.length() - 8) + "AAAAAAAA" : token);
    }

    private Mono<Reply> userinfo(ServerRequest request) {
        String header = String.valueOf(request.headers().firstHeader("Authorization"));
        return signIns.byAccess(header.replaceFirst("^Bearer ", ""))
            .map(doc -> json(200, Persona.copy(doc)))
            .defaultIfEmpty(json(401, WebForms.error("invalid_token", "The access token is unknown")));
    }

    private boolean isClient(ServerRequest request, Map<String, String> form) {
        String header = request.headers().firstHeader("Authorization");
        if (header == null)
            return clientId.equals(form.get("client_id")) && clientSecret.equals(form.get("client_secret"));
        return header.equals("Basic " + Base64.getEncoder()
            .encodeToString((clientId + ":" + clientSecret).getBytes(StandardCharsets.UTF_8)));
    }

    private static String s256(String verifier) {
        try {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(
                MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Reply jwks(JsonNode key) {
        ObjectNode keys = Json.OURS.createObjectNode();
        keys.putArray("keys").add(key);
        return json(200, keys).header("Cache-Control", "public, max-age=3600");
    }

    static Reply json(int status, ObjectNode body) {
        return new Reply(status, Map.of("Cache-Control", "no-store"),
            new Reply.Body.Bytes(body.toString().getBytes(StandardCharsets.UTF_8), "application/json"));
    }

    static Reply away(String to) {
        return new Reply(302, Map.of("Location", to), new Reply.Body.None());
    }

    static String enc(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
