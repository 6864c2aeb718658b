package io.millrace.federation;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/// An OpenID Connect issuer: authorization code with PKCE (S256) and nonce, the identity from a checked ID token, and
/// what that lacks from the userinfo endpoint. Its tokens are not kept.
final class Oidc implements OuterProvider {
    private static final Logger LOG = LoggerFactory.getLogger(Oidc.class);
    private static final String SCOPE = "openid email profile";
    private static final Duration METADATA_KEPT = Duration.ofHours(1);
    private static final String GOOGLE = "https://accounts.google.com";
    private static final int CODE_CHARS_MAX = 2_048;

    private final String name;
    private final FederationSettings.Provider settings;
    private final UnaryOperator<String> absolute;
    private final OuterCalls calls;
    private final IssuerKeys keys;
    private final InstantSource clock;
    private volatile @Nullable Kept kept;

    /// `absolute` completes a URL that begins with a slash.
    Oidc(String name, FederationSettings.Provider settings, UnaryOperator<String> absolute, OuterCalls calls,
        InstantSource clock) {
        this.name = name;
        this.settings = settings;
        this.absolute = absolute;
        this.calls = calls;
        this.keys = new IssuerKeys(calls, clock);
        this.clock = clock;
    }

    private record Kept(Metadata metadata, Instant until) {}

    private record Tokens(String idToken, String accessToken) {}

    @Override public String name() {
        return name;
    }

    @Override public boolean linksByEmail() {
        return settings.linkByEmail();
    }

    @Override public Mono<Told<String>> door(Departure departure, byte[] key, String redirectUri,
        @Nullable String loginHint) {
        return metadata().map(told -> {
            if (!(told instanceof Told.Yes<Metadata>(var metadata))) return told.failed();
            Map<String, String> query = new LinkedHashMap<>();
            query.put("response_type", "code");
            query.put("client_id", settings.clientId());
            query.put("redirect_uri", redirectUri);
            query.put("scope", settings.scope().isBlank() ? SCOPE : settings.scope());
            query.put("state", departure.state());
            query.put("nonce", departure.nonce(key));
            query.put("code_challenge", Departure.challenge(departure.verifier(key)));
            query.put("code_challenge_method", "S256");
            if (loginHint != null) query.put("login_hint", loginHint);
            String door = metadata.authorizationEndpoint();
            return new Told.Yes<>(door + (door.contains("?") ? "&" : "?") + OuterCalls.encoded(query));
        });
    }

    @Override public Mono<Told<Outer>> meet(Departure departure, byte[] key, String redirectUri, String code,
        @Nullable String iss) {
        return metadata().flatMap(told -> {
            if (!(told instanceof Told.Yes<Metadata>(var metadata))) return Mono.just(told.<Outer>failed());
            boolean foreign = iss == null ? metadata.saysIss() : !iss.equals(metadata.issuer());
            if (foreign || code.length() > CODE_CHARS_MAX)
                return Mono.just(this.<Outer>no("the answer is another issuer's"));
            return redeem(metadata, departure.verifier(key), redirectUri, code)
                .flatMap(tokens -> tokens instanceof Told.Yes<Tokens>(var got)
                    ? identify(metadata, got, departure.nonce(key)) : Mono.just(tokens.failed()));
        });
    }

    private Mono<Told<Metadata>> metadata() {
        Kept now = kept;
        if (now != null && clock.instant().isBefore(now.until)) return Mono.just(new Told.Yes<>(now.metadata));
        String issuer = absolute.apply(settings.issuer());
        if (!settings.isDiscovered())
            return Mono.just(new Told.Yes<>(new Metadata(issuer,
                absolute.apply(settings.authorizationEndpoint()), absolute.apply(settings.tokenEndpoint()),
                absolute.apply(settings.jwksUri()), absolute.apply(settings.userinfoEndpoint()), true, false)));
        return calls.get(issuer.replaceFirst("/+$", "") + "/.well-known/openid-configuration", null).map(told -> {
            if (!(told instanceof Told.Yes<OuterCalls.Page>(var page))) return told.failed();
            Metadata read = Metadata.discovered(page.json(), issuer).orElse(null);
            if (read == null) {
                LOG.error("the discovery document of {} is another issuer's or leaves TLS", name);
                return new Told.Away<>("its discovery document is no good");
            }
            kept = new Kept(read, clock.instant().plus(METADATA_KEPT));
            return new Told.Yes<>(read);
        });
    }

    /// A code is good once, so this is never tried again.
    private Mono<Told<Tokens>> redeem(Metadata metadata, String verifier, String redirectUri, String code) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", redirectUri);
        form.put("code_verifier", verifier);
        String basic = null;
        if (metadata.basic()) {
            String pair = OuterCalls.encoded(settings.clientId()) + ":" + OuterCalls.encoded(settings.clientSecret());
            basic = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        } else {
            form.put("client_id", settings.clientId());
            form.put("client_secret", settings.clientSecret());
        }
        return calls.post(metadata.tokenEndpoint(), form, basic).map(told -> {
            if (!(told instanceof Told.Yes<OuterCalls.Page>(var page))) return told.failed();
            return new Told.Yes<>(new Tokens(page.json().path("id_token").asString(""),
                page.json().path("access_token").asString("")));
        });
    }

    private Mono<Told<Outer>> identify(Metadata metadata, Tokens tokens, String nonce) {
        IdToken wanted = new IdToken(issuers(metadata), settings.clientId(), nonce, clock.instant());
        return keys.keys(metadata.jwksUri()).flatMap(told -> told instanceof Told.Yes<JWKSet>(var set)
            ? checked(metadata, tokens, wanted, set) : Mono.just(told.failed()));
    }

    /// A key that the set lacks may be newer than our copy of the set.
    private Mono<Told<Outer>> checked(Metadata metadata, Tokens tokens, IdToken wanted, JWKSet set) {
        IdToken.Checked first = wanted.check(tokens.idToken(), set);
        if (!(first instanceof IdToken.Checked.UnknownKey)) return known(metadata, tokens, first);
        return keys.keysAfterMiss(metadata.jwksUri(), set).defaultIfEmpty(new Told.Yes<>(set))
            .flatMap(told -> told instanceof Told.Yes<JWKSet>(var newer)
                ? known(metadata, tokens, wanted.check(tokens.idToken(), newer)) : Mono.just(told.failed()));
    }

    private Set<String> issuers(Metadata metadata) {
        Set<String> all = new HashSet<>(settings.issuerAliases());
        all.add(metadata.issuer());
        // Google's own documentation allows both
        if (metadata.issuer().equals(GOOGLE)) all.add("accounts.google.com");
        return all;
    }

    private Mono<Told<Outer>> known(Metadata metadata, Tokens tokens, IdToken.Checked checked) {
        return switch (checked) {
            case IdToken.Checked.Bad(var why) -> Mono.just(no("its ID token is no good: " + why));
            case IdToken.Checked.UnknownKey() -> Mono.just(no("its ID token has a key it does not publish"));
            case IdToken.Checked.Good(var claims) -> {
                Told<Outer> said = outer(metadata, claims);
                boolean lacks = said instanceof Told.Yes<Outer>(var outer) && outer.email() == null
                    && !metadata.userinfoEndpoint().isEmpty() && !tokens.accessToken().isEmpty();
                yield lacks ? completed(metadata, tokens, claims.getSubject(), said) : Mono.just(said);
            }
        };
    }

    private Told<Outer> outer(Metadata metadata, JWTClaimsSet claims) {
        try {
            return new Told.Yes<>(Outer.of(metadata.issuer(), claims.getSubject(), claims.getStringClaim("email"),
                isTrue(claims.getClaim("email_verified")), text(claims.getStringClaim("given_name")),
                text(claims.getStringClaim("family_name")), text(claims.getStringClaim("name"))));
        } catch (ParseException e) {
            return no("a claim has another type");
        }
    }

    /// Userinfo counts only for the subject of the ID token.
    private Mono<Told<Outer>> completed(Metadata metadata, Tokens tokens, String subject, Told<Outer> said) {
        return calls.get(metadata.userinfoEndpoint(), tokens.accessToken()).map(told -> {
            if (!(told instanceof Told.Yes<OuterCalls.Page>(var page))) return told.failed();
            JsonNode info = page.json();
            if (!info.path("sub").asString("").equals(subject)) return no("its userinfo is about somebody else");
            String email = info.path("email").asString("");
            if (email.isEmpty()) return said;
            return new Told.Yes<>(Outer.of(metadata.issuer(), subject, email,
                info.path("email_verified").asBoolean(false), info.path("given_name").asString(""),
                info.path("family_name").asString(""), info.path("name").asString("")));
        });
    }

    /// Some issuers write it as text.
    private static boolean isTrue(@Nullable Object claim) {
        return Boolean.TRUE.equals(claim) || "true".equals(claim);
    }

    private static String text(@Nullable String claim) {
        return claim == null ? "" : claim;
    }

    private <T> Told<T> no(String why) {
        LOG.warn("a sign-in by {} is refused: {}", name, why);
        return Told.refused(why);
    }
}
