package io.millrace.federation;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/// Facebook's own OAuth: the code becomes a token, `debug_token` says that the token is ours and whose, `/me` says who
/// that is. It never says whether an address is proven, so none is. The token is not kept.
final class Facebook implements OuterProvider {
    static final String ISSUER = "https://www.facebook.com";
    private static final Logger LOG = LoggerFactory.getLogger(Facebook.class);
    private static final int CODE_CHARS_MAX = 2_048;

    private final String name;
    private final FederationSettings.Provider settings;
    private final UnaryOperator<String> absolute;
    private final OuterCalls calls;
    private final InstantSource clock;

    Facebook(String name, FederationSettings.Provider settings, UnaryOperator<String> absolute, OuterCalls calls,
        InstantSource clock) {
        this.name = name;
        this.settings = settings;
        this.absolute = absolute;
        this.calls = calls;
        this.clock = clock;
    }

    @Override public String name() {
        return name;
    }

    /// It vouches for no address.
    @Override public boolean linksByEmail() {
        return false;
    }

    @Override public Mono<Told<String>> door(Departure departure, byte[] key, String redirectUri,
        @Nullable String loginHint) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("client_id", settings.clientId());
        query.put("redirect_uri", redirectUri);
        query.put("state", departure.state());
        query.put("response_type", "code");
        query.put("scope", settings.scope().isBlank() ? "email,public_profile" : settings.scope());
        return Mono.just(new Told.Yes<>(absolute.apply(settings.dialogUrl()) + "?" + OuterCalls.encoded(query)));
    }

    @Override public Mono<Told<Outer>> meet(Departure departure, byte[] key, String redirectUri, String code,
        @Nullable String iss) {
        if (iss != null || code.length() > CODE_CHARS_MAX)
            return Mono.just(no("the answer is another issuer's"));
        return call("/oauth/access_token", Map.of("client_id", settings.clientId(), "redirect_uri", redirectUri,
            "client_secret", settings.clientSecret(), "code", code))
            .flatMap(told -> {
                if (!(told instanceof Told.Yes<JsonNode>(var token))) return Mono.just(told.<Outer>failed());
                String access = token.path("access_token").asString("");
                return access.isEmpty() ? Mono.just(this.<Outer>no("no access token")) : whose(access);
            });
    }

    /// Another app's token, put into our callback, must not open anything here.
    private Mono<Told<Outer>> whose(String access) {
        return call("/debug_token", Map.of("input_token", access, "access_token",
            settings.clientId() + "|" + settings.clientSecret())).flatMap(told -> {
                if (!(told instanceof Told.Yes<JsonNode>(var answer))) return Mono.just(told.<Outer>failed());
                JsonNode data = answer.path("data");
                String user = data.path("user_id").asString("");
                long expires = data.path("expires_at").asLong(0);
                boolean good = data.path("is_valid").asBoolean(false)
                    && data.path("app_id").asString("").equals(settings.clientId()) && !user.isEmpty()
                    && (expires == 0 || expires > clock.instant().getEpochSecond());
                return good ? profile(access, user) : Mono.just(this.<Outer>no("the token is not ours"));
            });
    }

    private Mono<Told<Outer>> profile(String access, String user) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("fields", "id,name,first_name,last_name,email");
        query.put("access_token", access);
        query.put("appsecret_proof", proof(settings.clientSecret(), access));
        return call("/me", query).map(told -> {
            if (!(told instanceof Told.Yes<JsonNode>(var me))) return told.failed();
            if (!me.path("id").asString("").equals(user)) return no("the profile is somebody else's");
            String email = me.path("email").asString("");
            return new Told.Yes<>(Outer.of(ISSUER, user, email.isEmpty() ? null : email, false,
                me.path("first_name").asString(""), me.path("last_name").asString(""), me.path("name").asString("")));
        });
    }

    private Mono<Told<JsonNode>> call(String path, Map<String, String> query) {
        return calls.get(absolute.apply(settings.graphUrl()) + path + "?" + OuterCalls.encoded(query), null)
            .map(told -> told instanceof Told.Yes<OuterCalls.Page>(var page) ? new Told.Yes<>(page.json())
                : told.failed());
    }

    /// Shows Facebook that the caller of its API knows the app's secret, not only a stolen token.
    static String proof(String secret, String token) {
        return HexFormat.of().formatHex(Departure.hmac(secret.getBytes(StandardCharsets.UTF_8), token));
    }

    private <T> Told<T> no(String why) {
        LOG.warn("a sign-in by {} is refused: {}", name, why);
        return Told.refused(why);
    }
}
