package io.millrace.identity;

import static io.millrace.http.Access.needs;

import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.http.Versioned;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// `/admin/roles`: what each role may do. A change is felt at once, on every node, by who is signed in already.
@Configuration(proxyBeanMethods = false)
class RoleRoutes {
    private static final Pattern PERMISSION = Pattern.compile("[a-z_]{1,40}:[a-z_]{1,40}");
    private static final int PERMISSIONS_MAX = 200;

    private final RoleAdmin admin;

    RoleRoutes(RoleAdmin admin) {
        this.admin = admin;
    }

    @Bean RouterFunction<ServerResponse> rolesApi(Api api) {
        return api.table("/admin/roles", rows -> {
            rows.GET("", needs("roles:read"), request -> admin.all().map(RoleView::of).collectList()
                .flatMap(Reply::ok));
            rows.GET("/{code}", needs("roles:read"), this::show);
            rows.PUT("/{code}", needs("roles:write"), this::change).inPerson().freshly();
        });
    }

    record Wish(@Nullable List<String> permissions) {}

    record RoleView(String code, String description, String realm, List<String> permissions, long version) {
        static RoleView of(RoleAdmin.Role role) {
            return new RoleView(role.code(), role.description(), role.realm().name().toLowerCase(Locale.ROOT),
                SignInReply.sorted(role.permissions()), role.version());
        }
    }

    private Mono<Reply> show(ServerRequest request) {
        return admin.one(request.pathVariable("code")).flatMap(RoleRoutes::shown).switchIfEmpty(absent());
    }

    private Mono<Reply> change(ServerRequest request) {
        Fields fields = new Fields();
        List<String> wish = fields.required("permissions", Api.body(request, Wish.class).permissions());
        Set<String> wanted = new TreeSet<>();
        if (wish != null) {
            if (wish.size() > PERMISSIONS_MAX) fields.wrong("permissions", "has at most " + PERMISSIONS_MAX);
            for (String word : wish) {
                if (word == null || !PERMISSION.matcher(word).matches())
                    fields.wrong("permissions", "has words like order:admin");
                else
                    wanted.add(word);
            }
        }
        fields.orRefuse();
        OptionalLong expected = Versioned.expected(request);
        Caller actor = Caller.of(request);
        return admin.one(request.pathVariable("code"))
            .flatMap(role -> expected.isPresent() && expected.getAsLong() != role.version()
                ? Reply.refuse(Problem.stale()) : changed(request, actor, role, wanted))
            .switchIfEmpty(absent());
    }

    private Mono<Reply> changed(ServerRequest request, Caller actor, RoleAdmin.Role role, Set<String> wanted) {
        if (role.code().equals(UserAdmin.SUPER_ADMIN))
            return Reply.refuse(Problem.conflict("last_super_admin",
                "This role may do everything, and stays so"));
        Set<String> touched = new TreeSet<>(wanted);
        touched.addAll(role.permissions());
        if (!touched.stream().allMatch(actor::may)) return Reply.refuse(Problem.forbidden());
        return admin.change(request, role, wanted).flatMap(RoleRoutes::shown);
    }

    private static Mono<Reply> shown(RoleAdmin.Role role) {
        return Reply.ok(RoleView.of(role)).map(reply -> reply.header("ETag", Versioned.etag(role.version())));
    }

    private static Mono<Reply> absent() {
        return Mono.defer(() -> Reply.refuse(Problem.notFound("This role was")));
    }
}
