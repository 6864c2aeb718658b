package io.millrace.sandbox;

import static io.millrace.http.Access.anyone;

import io.millrace.http.Api;
import io.millrace.http.Json;
import io.millrace.http.Reply;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Facebook's dialog and the three calls of the Graph API that a sign-in makes. `persona` in the dialog's query picks
/// who it is at once.
final class FacebookSandbox {
    private static final long TOKEN_SECONDS = 5_184_000;

    private final SignIns signIns;
    private final ChaosDial dial;
    private final InstantSource clock;
    private final String appId;
    private final String appSecret;

    FacebookSandbox(SignIns signIns, ChaosDial dial, InstantSource clock, String appId, String appSecret) {
        this.signIns = signIns;
        this.dial = dial;
        this.clock = clock;
        this.appId = appId;
        this.appSecret = appSecret;
    }

    RouterFunction<ServerResponse> table(Api api) {
        return api.absolute("/sandbox/facebook", rows -> {
            rows.GET("/v23.0/dialog/oauth", anyone(), this::dialog).produces("text/html");
            rows.GET("/graph/v23.0/oauth/access_token", anyone(), this::token);
            rows.GET("/graph/v23.0/debug_token", anyone(), this::debug);
            rows.GET("/graph/v23.0/me", anyone(), this::me);
        });
    }

    private Mono<Reply> dialog(ServerRequest request) {
        Map<String, String> query = request.queryParams().toSingleValueMap();
        String redirect = query.getOrDefault("redirect_uri", "");
        if (!appId.equals(query.get("client_id")) || !redirect.matches(WebForms.CALLBACK))
            return Mono.just(error("URL Blocked: the redirect URI is not on the list", 191));
        String persona = query.get("persona");
        if (persona == null)
            return Reply.bytes(Persona.page("Sandbox Facebook", email -> request.uri().getRawPath()
                + "?" + request.uri().getRawQuery() + "&persona=" + OidcSandbox.enc(email)), "text/html");
        ObjectNode doc = Persona.of(persona).put(Json.OURS.createObjectNode()).put("redirect_uri", redirect);
        return signIns.open(doc).map(code -> OidcSandbox.away(redirect + "?code=" + OidcSandbox.enc(code) + "&state="
            + OidcSandbox.enc(query.getOrDefault("state", "")) + "#_=_"));
    }

    private Mono<Reply> token(ServerRequest request) {
        Map<String, String> query = request.queryParams().toSingleValueMap();
        if (!appId.equals(query.get("client_id")) || !appSecret.equals(query.get("client_secret")))
            return Mono.just(error("Error validating client secret.", 1));
        return dial.now().flatMap(chaos -> dial.rolls(chaos.fail())
            ? Mono.just(OidcSandbox.json(500, WebForms.error("server_error", "chaos")))
            : signIns.redeem(query.getOrDefault("code", "")).filter(SignIns.SignIn::fresh)
                .filter(sign -> sign.doc().path("redirect_uri").asString("").equals(query.get("redirect_uri")))
                .map(sign -> OidcSandbox.json(200, Json.OURS.createObjectNode().put("access_token", sign.access())
                    .put("token_type", "bearer").put("expires_in", TOKEN_SECONDS)))
                .defaultIfEmpty(error("This authorization code has been used.", 100)));
    }

    private Mono<Reply> debug(ServerRequest request) {
        if (!(appId + "|" + appSecret).equals(request.queryParam("access_token").orElse("")))
            return Mono.just(error("Invalid OAuth access token.", 190));
        return dial.now().flatMap(chaos -> signIns.byAccess(request.queryParam("input_token").orElse(""))
            .map(doc -> data(chaos.lies("app") ? "999" : appId, true, doc)).defaultIfEmpty(data(appId, false, null)));
    }

    private Reply data(String app, boolean valid, @org.jspecify.annotations.Nullable JsonNode doc) {
        ObjectNode answer = Json.OURS.createObjectNode();
        ObjectNode data = answer.putObject("data").put("app_id", app).put("type", "USER").put("is_valid", valid)
            .put("expires_at", clock.instant().getEpochSecond() + TOKEN_SECONDS);
        if (doc != null) data.put("user_id", number(doc));
        return OidcSandbox.json(200, answer);
    }

    private Mono<Reply> me(ServerRequest request) {
        String access = request.queryParam("access_token").orElse("");
        if (!proof(access).equals(request.queryParam("appsecret_proof").orElse("")))
            return Mono.just(error("Invalid appsecret_proof provided in the API argument", 100));
        return dial.now().flatMap(chaos -> signIns.byAccess(access).map(doc -> {
            ObjectNode me = Json.OURS.createObjectNode().put("id", number(doc))
                .put("name", doc.path("name").asString("")).put("first_name", doc.path("given_name").asString(""))
                .put("last_name", doc.path("family_name").asString(""));
            if (!chaos.lies("no_email")) me.put("email", doc.path("email").asString(""));
            return OidcSandbox.json(200, me);
        }).defaultIfEmpty(error("Invalid OAuth access token.", 190)));
    }

    /// App-scoped ids are numbers.
    private static String number(JsonNode doc) {
        return Long.toString(Math.abs((long) doc.path("sub").asString("").hashCode()) + 10_000_000_000L);
    }

    private String proof(String token) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(appSecret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(token.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Reply error(String message, int code) {
        ObjectNode body = Json.OURS.createObjectNode();
        body.putObject("error").put("message", message).put("type", "OAuthException").put("code", code);
        return OidcSandbox.json(400, body);
    }
}
