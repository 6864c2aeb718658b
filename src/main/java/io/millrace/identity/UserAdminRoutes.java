package io.millrace.identity;

import static io.millrace.http.Access.needs;

import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.http.Masked;
import io.millrace.http.Paging;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// `/admin/users`: who has an account, with which roles, and who may sign in.
@Configuration(proxyBeanMethods = false)
class UserAdminRoutes {
    private static final String READ = "users:read";
    private static final String WRITE = "users:write";
    private static final int SEARCH_CHARS_MAX = 254;
    private static final int ROLES_MAX = 50;
    private static final int ROLE_CHARS_MAX = 64;

    private final UserAdmin users;
    private final UserList list;

    UserAdminRoutes(UserAdmin users, UserList list) {
        this.users = users;
        this.list = list;
    }

    @Bean RouterFunction<ServerResponse> usersApi(Api api) {
        return api.table("/admin/users", rows -> {
            rows.GET("", needs(READ), this::page);
            rows.GET("/{id}", needs(READ), this::show);
            rows.PUT("/{id}/status", needs(WRITE), this::status).inPerson();
            rows.PUT("/{id}/roles", needs("roles:write"), this::roles).inPerson().freshly();
            rows.DELETE("/{id}/sessions", needs(WRITE), this::signOut).inPerson();
        });
    }

    record StatusWish(@Nullable String status) {}

    record RolesWish(@Nullable List<String> roles) {}

    /// Who only helps (`support`) finds people by what they tell him; their addresses are for who runs the shop (F022).
    record UserView(UUID id, @Masked(as = Masked.Kind.EMAIL, unless = WRITE) String email, String name,
        @Masked(as = Masked.Kind.PHONE, unless = WRITE) @Nullable String phone, String status, boolean emailVerified,
        List<String> roles, Instant createdAt, @Nullable Instant lastSeenAt) {
        static Masked.Shown of(UserList.Listed listed, ServerRequest request) {
            Account a = listed.account();
            return Masked.Shown.to(Caller.of(request), new UserView(a.id(), a.email(), a.name(), a.phone(),
                a.status().name().toLowerCase(Locale.ROOT), a.verified(), SignInReply.sorted(a.roles()),
                listed.createdAt(), listed.lastSeenAt()));
        }
    }

    private Mono<Reply> page(ServerRequest request) {
        Paging paging = Paging.of(request);
        Fields fields = new Fields();
        String search = fields.optionalText("search", request.queryParam("search").orElse(null), SEARCH_CHARS_MAX);
        String role = fields.optionalText("role", request.queryParam("role").orElse(null), ROLE_CHARS_MAX);
        String status = request.queryParam("status").orElse(null);
        Account.Status wanted = status == null ? null : status(fields, status);
        UUID before = paging.cursor().map(keys -> Ids.read(keys.getFirst()).orElseGet(() -> {
            fields.wrong("cursor", "is not a cursor of this list");
            return new UUID(0, 0);
        })).orElse(null);
        fields.orRefuse();
        return list.page(new UserList.Filter(search, wanted, role, before), paging.perPage() + 1, paging.offset())
            .collectList().flatMap(read -> {
                boolean more = read.size() > paging.perPage();
                List<UserList.Listed> shown = more ? read.subList(0, paging.perPage()) : read;
                return paging.reply(request, shown.stream().map(one -> UserView.of(one, request)).toList(),
                    paging.piece(more ? Paging.cursor(shown.getLast().account().id()) : null));
            });
    }

    private Mono<Reply> show(ServerRequest request) {
        return Mono.justOrEmpty(Ids.read(request.pathVariable("id"))).flatMap(list::one)
            .flatMap(found -> Reply.ok(UserView.of(found, request))).switchIfEmpty(absent());
    }

    private Mono<Reply> status(ServerRequest request) {
        Fields fields = new Fields();
        String text = fields.text("status", Api.body(request, StatusWish.class).status(), ROLE_CHARS_MAX);
        Account.Status wanted = text.isEmpty() ? null : status(fields, text);
        if (wanted == Account.Status.ERASED) fields.wrong("status", "is active or suspended");
        fields.orRefuse();
        return of(request, id -> users.status(request, id, Objects.requireNonNull(wanted)));
    }

    private Mono<Reply> roles(ServerRequest request) {
        Fields fields = new Fields();
        List<String> wish = fields.required("roles", Api.body(request, RolesWish.class).roles());
        Set<String> wanted = new HashSet<>();
        if (wish != null) {
            if (wish.isEmpty() || wish.size() > ROLES_MAX)
                fields.wrong("roles", "has 1 to " + ROLES_MAX + " roles");
            for (String role : wish) wanted.add(role == null ? "" : role);
        }
        fields.orRefuse();
        return of(request, id -> users.give(request, id, wanted));
    }

    private Mono<Reply> signOut(ServerRequest request) {
        return of(request, id -> users.signOut(request, id));
    }

    private Mono<Reply> of(ServerRequest request, Function<UUID, Mono<UserAdmin.Outcome>> use) {
        return Mono.justOrEmpty(Ids.read(request.pathVariable("id"))).flatMap(use)
            .defaultIfEmpty(new UserAdmin.Outcome.NoSuchAccount()).flatMap(outcome -> answer(request, outcome));
    }

    private Mono<Reply> answer(ServerRequest request, UserAdmin.Outcome outcome) {
        return switch (outcome) {
            case UserAdmin.Outcome.Changed(var account) -> list.one(account.id())
                .flatMap(found -> Reply.ok(UserView.of(found, request)));
            case UserAdmin.Outcome.NoSuchAccount() -> absent();
            case UserAdmin.Outcome.UnknownRole(var role) ->
                Reply.refuse(Problem.invalid("roles", "has a role that there is not"));
            case UserAdmin.Outcome.TooMighty() -> Reply.refuse(Problem.forbidden());
            case UserAdmin.Outcome.LastSuperAdmin() -> Reply.refuse(Problem.conflict("last_super_admin",
                "Somebody must remain who may do everything"));
        };
    }

    private static Account.@Nullable Status status(Fields fields, String text) {
        return switch (text) {
            case "active" -> Account.Status.ACTIVE;
            case "suspended" -> Account.Status.SUSPENDED;
            case "erased" -> Account.Status.ERASED;
            default -> {
                fields.wrong("status", "is active or suspended");
                yield null;
            }
        };
    }

    private static Mono<Reply> absent() {
        return Mono.defer(() -> Reply.refuse(Problem.notFound("This user was")));
    }
}
