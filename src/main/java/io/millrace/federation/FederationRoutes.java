package io.millrace.federation;

import io.millrace.audit.Audit;
import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.http.Problem;
import io.millrace.http.PublicUrl;
import io.millrace.http.Reply;
import io.millrace.identity.Identity;
import io.millrace.postgres.Piece;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpCookie;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// `/auth/oauth`: to a provider and back. What comes back counts only in the browser that left, once, and leads to no
/// page that is not on the list; tokens are never in a URL.
final class FederationRoutes {
    private static final Pattern CHALLENGE = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final Pattern VERIFIER = Pattern.compile("[A-Za-z0-9._~-]{43,128}");
    private static final int HINT_CHARS_MAX = 254;
    private static final int RETRY_AFTER_SECONDS = 5;
    private static final Set<String> METHODS = Set.of("fed");

    private final Map<String, OuterProvider> providers;
    private final List<String> returnTo;
    private final Duration patience;
    private final Journeys journeys;
    private final Arrivals arrivals;
    private final OuterIdentities identities;
    private final Identity identity;
    private final Audit audit;
    private final PublicUrl url;
    private final InstantSource clock;

    FederationRoutes(Map<String, OuterProvider> providers, FederationSettings settings, Journeys journeys,
        Arrivals arrivals, OuterIdentities identities, Identity identity, Audit audit, PublicUrl url,
        InstantSource clock) {
        this.providers = new TreeMap<>(providers);
        this.returnTo = settings.returnTo();
        this.patience = settings.timeout().multipliedBy(2);
        this.journeys = journeys;
        this.arrivals = arrivals;
        this.identities = identities;
        this.identity = identity;
        this.audit = audit;
        this.url = url;
        this.clock = clock;
    }

    // Replies with secrets are not stored for replays: a state and a code are each good once.
    RouterFunction<ServerResponse> table(Api api) {
        return api.table("/auth", rows -> {
            rows.GET("/oauth", Access.anyone(), this::list);
            rows.GET("/oauth/{provider}", Access.anyone(), this::leave);
            rows.POST("/oauth/{provider}/link", Access.signedIn(), this::leaveToLink).inPerson().storesNothing();
            rows.POST("/oauth/exchange", Access.anyone(), this::exchange).storesNothing();
            rows.GET("/callback/{provider}", Access.anyone(), this::arrive);
            rows.GET("/identities", Access.signedIn(), this::mine).inPerson();
            rows.DELETE("/identities/{id}", Access.signedIn(), this::unlink).inPerson();
        });
    }

    record ProviderView(String provider, String url) {}

    record Link(@Nullable String returnTo) {}

    record LinkView(String authorizationUrl) {}

    record LinkedView(String linked) {}

    record Exchange(@Nullable String code, @Nullable String codeVerifier) {}

    private Mono<Reply> list(ServerRequest request) {
        return Reply.ok(providers.keySet().stream()
            .map(name -> new ProviderView(name, url.base() + Api.BASE + "/auth/oauth/" + name)).toList());
    }

    private Mono<Reply> leave(ServerRequest request) {
        OuterProvider provider = providers.get(request.pathVariable("provider"));
        if (provider == null) return unknown();
        Fields fields = new Fields();
        String back = page(fields, request.queryParam("return_to").orElse(null));
        String challenge = request.queryParam("code_challenge").orElse(null);
        if (back != null && challenge == null) fields.wrong("code_challenge", "is required with return_to");
        fields.must("code_challenge", challenge, text -> CHALLENGE.matcher(text).matches(), "is 43 characters (S256)");
        fields.must("code_challenge_method", request.queryParam("code_challenge_method").orElse(null), "S256"::equals,
            "is S256");
        String hint = request.queryParam("login_hint").filter(text -> !text.isBlank()).orElse(null);
        fields.must("login_hint", hint, text -> text.length() <= HINT_CHARS_MAX, "is too long");
        fields.orRefuse();
        return door(provider, back, back == null ? null : challenge, null, hint).map(told -> switch (told) {
            case Told.Yes<Door>(var door) -> away(door.url()).header("Set-Cookie", door.cookie());
            case Told<Door> bad -> problem(bad).reply();
        });
    }

    /// Asked for by script with a bearer token, because a browser sends none when it follows a link.
    private Mono<Reply> leaveToLink(ServerRequest request) {
        OuterProvider provider = providers.get(request.pathVariable("provider"));
        if (provider == null) return unknown();
        Fields fields = new Fields();
        String back = page(fields, Api.body(request, Link.class).returnTo());
        fields.orRefuse();
        return door(provider, back, null, Caller.of(request).account(), null).flatMap(told -> switch (told) {
            case Told.Yes<Door>(var door) -> Reply.ok(new LinkView(door.url()))
                .map(reply -> reply.header("Set-Cookie", door.cookie()).header("Cache-Control", "no-store"));
            case Told<Door> bad -> Reply.refuse(problem(bad));
        });
    }

    private record Door(String url, String cookie) {}

    private Mono<Told<Door>> door(OuterProvider provider, @Nullable String back, @Nullable String challenge,
        @Nullable UUID account, @Nullable String hint) {
        Departure departure = new Departure(Ids.token(), provider.name(), back, challenge, account,
            clock.instant().plus(Departure.LIFE));
        byte[] key = journeys.key();
        return provider.door(departure, key, callback(provider), hint)
            .map(told -> told instanceof Told.Yes<String>(var to)
                ? new Told.Yes<>(new Door(to, cookie(departure.cookie(key), Departure.LIFE.toSeconds())))
                : told.failed());
    }

    private Mono<Reply> arrive(ServerRequest request) {
        OuterProvider provider = providers.get(request.pathVariable("provider"));
        if (provider == null) return unknown();
        byte[] key = journeys.key();
        return Mono.justOrEmpty(departure(request, provider, key)).filterWhen(journeys::arrive)
            .flatMap(departure -> arrived(request, provider, departure, key))
            .switchIfEmpty(Reply.refuse(Problem.of(400, "oauth_state", "This sign-in did not begin in this browser, or "
                + "is over; start again")))
            .map(reply -> reply.header("Set-Cookie", cookie("", 0)).header("Cache-Control", "no-store"));
    }

    /// The journey that this browser is on, when the answer belongs to it.
    private Optional<Departure> departure(ServerRequest request, OuterProvider provider, byte[] key) {
        List<HttpCookie> cookies = request.cookies().getOrDefault(cookieName(), List.of());
        List<String> states = request.queryParams().getOrDefault("state", List.of());
        if (cookies.size() != 1 || states.size() != 1) return Optional.empty();
        return Departure.read(cookies.getFirst().getValue(), key, clock.instant())
            .filter(left -> left.provider().equals(provider.name()) && left.isOf(states.getFirst()));
    }

    private Mono<Reply> arrived(ServerRequest request, OuterProvider provider, Departure departure, byte[] key) {
        List<String> codes = request.queryParams().getOrDefault("code", List.of());
        if (request.queryParam("error").isPresent() || codes.size() != 1 || codes.getFirst().isBlank())
            return Mono.just(back(departure, Problem.of(403, "oauth_denied", "The provider did not let you in")));
        return provider.meet(departure, key, callback(provider), codes.getFirst(),
            request.queryParam("iss").orElse(null)).timeout(patience, Mono.just(new Told.Away<>("took too long")))
            .flatMap(told -> told instanceof Told.Yes<Outer>(var outer)
                ? known(request, provider, departure, outer) : Mono.just(back(departure, problem(told))));
    }

    private Mono<Reply> known(ServerRequest request, OuterProvider provider, Departure departure, Outer outer) {
        UUID linking = departure.account();
        Function<UUID, Piece> entry = account -> audit.entry(request, "identity.link", "account:" + account, null,
            Map.of("provider", provider.name()));
        Mono<Arrivals.Arrival> arrival = linking == null ? arrivals.enter(outer, provider, entry)
            : arrivals.link(outer, provider.name(), linking, entry);
        return arrival.flatMap(end -> switch (end) {
            case Arrivals.Arrival.Welcome(var account) -> welcome(request, departure, account);
            case Arrivals.Arrival.Linked() -> linked(departure.returnTo(), provider);
            case Arrivals.Arrival.LinkedElsewhere() -> Mono.just(back(departure, Problem.conflict(
                "identity_linked_elsewhere", "This sign-in opens another account")));
            case Arrivals.Arrival.Unproven() -> Mono.just(back(departure, Problem.of(403, "email_unproven",
                "The provider does not vouch for an address. Sign in or register with a password, then link it")));
            case Arrivals.Arrival.AccountExists() -> Mono.just(back(departure, Problem.conflict("account_exists",
                "There is an account with this address. Sign in to it, then link this sign-in")));
        });
    }

    private Mono<Reply> linked(@Nullable String back, OuterProvider provider) {
        return back == null ? Reply.ok(new LinkedView(provider.name()))
            : Mono.just(away(page(back) + "?linked=" + provider.name()));
    }

    private Mono<Reply> welcome(ServerRequest request, Departure departure, UUID account) {
        String back = departure.returnTo();
        String challenge = departure.challenge();
        if (back == null || challenge == null) return identity.enter(account, METHODS, request);
        return journeys.handOver(account, challenge, clock.instant()).map(code -> away(page(back) + "?code=" + code));
    }

    private Mono<Reply> exchange(ServerRequest request) {
        Exchange body = Api.body(request, Exchange.class);
        Fields fields = new Fields();
        String code = fields.text("code", body.code(), HINT_CHARS_MAX);
        String verifier = fields.text("code_verifier", body.codeVerifier(), HINT_CHARS_MAX);
        fields.must("code_verifier", verifier, text -> VERIFIER.matcher(text).matches(), "is 43 to 128 characters");
        fields.orRefuse();
        return journeys.take(code, verifier, clock.instant())
            .flatMap(account -> identity.enter(account, METHODS, request))
            .switchIfEmpty(Reply.refuse(Problem.of(401, "code_invalid", "This code is not good (any more)")
                .header("WWW-Authenticate", "Bearer")));
    }

    private Mono<Reply> mine(ServerRequest request) {
        return identities.of(Caller.of(request).account()).collectList().flatMap(Reply::ok);
    }

    private Mono<Reply> unlink(ServerRequest request) {
        UUID account = Caller.of(request).account();
        return Mono.justOrEmpty(Ids.read(request.pathVariable("id")))
            .flatMap(id -> identities.unlink(id, account,
                audit.entry(request, "identity.unlink", "account:" + account, Map.of("identity", id), null)))
            .filter(done -> done).flatMap(done -> Reply.noContent())
            .switchIfEmpty(Reply.refuse(Problem.notFound("Identity")));
    }

    private static Mono<Reply> unknown() {
        return Reply.refuse(Problem.notFound("Provider"));
    }

    /// A page of the list, letter by letter; nothing is read into it.
    private @Nullable String page(Fields fields, @Nullable String wanted) {
        if (wanted != null && !returnTo.contains(wanted)) fields.wrong("return_to", "is not on the list of pages");
        return wanted;
    }

    private String page(String listed) {
        return listed.startsWith("/") ? url.base() + listed : listed;
    }

    private String callback(OuterProvider provider) {
        return url.base() + Api.BASE + "/auth/callback/" + provider.name();
    }

    private static Problem problem(Told<?> bad) {
        return switch (bad) {
            case Told.No<?>(var code, var why) ->
                Problem.of(403, code, "The provider's answer is no good; start again");
            case Told.Away<?> _ -> Problem.unavailable("provider_unavailable",
                "The provider does not answer; try again", RETRY_AFTER_SECONDS);
            case Told.Yes<?> _ -> throw new IllegalStateException("no problem");
        };
    }

    /// To the page that waits, if there is one: with the code alone.
    private Reply back(Departure departure, Problem problem) {
        String back = departure.returnTo();
        return back == null ? problem.reply() : away(page(back) + "?error=" + problem.code());
    }

    private static Reply away(String to) {
        return new Reply(302, Map.of("Location", to, "Cache-Control", "no-store"), new Reply.Body.None());
    }

    private String cookieName() {
        return url.isSecure() ? "__Host-millrace-oauth" : "millrace-oauth";
    }

    private String cookie(String value, long seconds) {
        return cookieName() + "=" + value + "; Path=/; Max-Age=" + seconds + "; HttpOnly; SameSite=Lax"
            + (url.isSecure() ? "; Secure" : "");
    }
}
