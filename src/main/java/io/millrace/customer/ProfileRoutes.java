package io.millrace.customer;

import io.millrace.channel.Channel;
import io.millrace.channel.Channels;
import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Json;
import io.millrace.http.OneLine;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Reply;
import io.millrace.http.Rows;
import io.millrace.http.StepUp;
import io.millrace.http.Versioned;
import io.millrace.identity.Identity;
import io.millrace.identity.Profiles;
import io.millrace.identity.Profiles.Profile;
import io.millrace.postgres.Postgres;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// `/user/profile` and its alias: what a person says about himself.
final class ProfileRoutes {
    private static final int NAME_CHARS_MAX = 100;
    private static final int PHONE_CHARS_MAX = 32;
    private static final int EMAIL_CHARS_MAX = 254;

    private static final String MAILED = "A mail is on its way to the new address; it is yours when you confirm it";

    private final Profiles profiles;
    private final Identity identity;
    private final Channels channels;
    private final StepUp stepUp;
    private final Postgres postgres;

    ProfileRoutes(Profiles profiles, Identity identity, Channels channels, StepUp stepUp, Postgres postgres) {
        this.profiles = profiles;
        this.identity = identity;
        this.channels = channels;
        this.stepUp = stepUp;
        this.postgres = postgres;
    }

    void table(Rows rows) {
        rows.GET("/profile", Access.signedIn(), this::show);
        rows.PUT("/profile", Access.signedIn(), this::put);
        rows.PATCH("/profile", Access.signedIn(), this::patch);
    }

    private record Body(@Nullable String firstName, @Nullable String lastName, @Nullable String phone,
        @Nullable String email) {}

    private record View(UUID id, String email, String firstName, String lastName, String name, @Nullable String phone,
        Instant createdAt) {
        static View of(Profile profile) {
            return new View(profile.account(), profile.email(), profile.firstName(), profile.lastName(),
                profile.name(), profile.phone(), profile.since());
        }
    }

    private Mono<Reply> show(ServerRequest request) {
        return profiles.of(Caller.of(request).account()).flatMap(profile -> {
            String etag = Versioned.etag(profile.version());
            return Versioned.isCurrent(request, etag) ? Reply.notModified(etag) : answer(profile);
        }).switchIfEmpty(absent());
    }

    private Mono<Reply> put(ServerRequest request) {
        Body body = Api.body(request, Body.class);
        return changed(request, body, body);
    }

    /// What is left out stays; an explicit null takes the phone away.
    private Mono<Reply> patch(ServerRequest request) {
        Body body = Api.body(request, Body.class);
        boolean phoneSaid = Json.OURS.readTree(Api.raw(request)).has("phone");
        return profiles.of(Caller.of(request).account()).flatMap(now -> changed(request, body, new Body(
            body.firstName() == null ? now.firstName() : body.firstName(),
            body.lastName() == null ? now.lastName() : body.lastName(), phoneSaid ? body.phone() : now.phone(),
            body.email()))).switchIfEmpty(absent());
    }

    private Mono<Reply> changed(ServerRequest request, Body said, Body whole) {
        Channel channel = channels.of(request);
        Fields fields = new Fields();
        var wish = new Profiles.Wish(OneLine.required(fields, "first_name", whole.firstName(), NAME_CHARS_MAX),
            OneLine.required(fields, "last_name", whole.lastName(), NAME_CHARS_MAX),
            phone(fields, whole.phone(), channel));
        String email = OneLine.optional(fields, "email", said.email(), EMAIL_CHARS_MAX);
        OptionalLong expected = Versioned.expected(request);
        fields.orRefuse();
        Caller caller = Caller.of(request);
        return profiles.of(caller.account()).flatMap(now -> {
            String wanted = email == null || email.toLowerCase(Locale.ROOT).equals(now.email()) ? null : email;
            Mono<Reply> change = Mono.defer(() -> profiles.change(now.account(), wish, expected)
                .flatMap(changed -> wanted == null ? answer(changed) : mailed(changed, wanted))
                .switchIfEmpty(Mono.defer(() -> Reply.refuse(Problem.stale()))));
            return wanted == null ? change : guarded(caller, postgres.transactional(change));
        }).switchIfEmpty(absent());
    }

    /// Who has another's address has his account: only a person asks for it, with a fresh second factor if he has one.
    private Mono<Reply> guarded(Caller caller, Mono<Reply> change) {
        if (caller.session().isEmpty())
            return Reply.refuse(Problem.of(403, "person_required", "Sign in yourself; a key does not open this"));
        return stepUp.isDue(caller).flatMap(due -> due ? Reply.refuse(StepUp.problem()) : change);
    }

    /// Nothing of the address changes yet, and nothing tells whether somebody has it.
    private Mono<Reply> mailed(Profile changed, String email) {
        return identity.changeEmail(changed.account(), email).flatMap(asked -> asked ? answer(changed)
            .map(reply -> new Reply(200, reply.headers(), new Reply.Body.Data(View.of(changed), MAILED, null)))
            : Mono.error(new ProblemException(Problem.invalid("email", "is not an email address"))));
    }

    private static @Nullable String phone(Fields fields, @Nullable String typed, Channel channel) {
        String phone = OneLine.optional(fields, "phone", typed, PHONE_CHARS_MAX);
        if (phone == null) return null;
        Optional<String> normal = Phone.normal(phone, PhonePolicy.home(channel));
        if (normal.isEmpty()) fields.wrong("phone", "is not a phone number");
        else PhonePolicy.check(channel, normal.get(), fields);
        return normal.orElse(null);
    }

    private static Mono<Reply> answer(Profile profile) {
        return Reply.ok(View.of(profile)).map(reply -> reply.header("ETag", Versioned.etag(profile.version()))
            .header("Cache-Control", "private, no-cache"));
    }

    private static Mono<Reply> absent() {
        return Mono.defer(() -> Reply.refuse(Problem.notFound("This account was")));
    }
}
