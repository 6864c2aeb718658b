package io.millrace.storefront;

import io.millrace.channel.Channels;
import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.http.OneLine;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.messaging.Change;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.storefront.Wishlists.Owner;
import io.millrace.storefront.Wishlists.Wished;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// `/wishlist`: what a person wishes for, on one list or on many with names, and lists shown to whoever holds a link.
@Configuration(proxyBeanMethods = false)
class WishlistRoutes {
    private static final int NAME_CHARS_MAX = 60;
    private static final int TOKEN_CHARS_MAX = 128;

    private final Wishlists lists;
    private final Channels channels;
    private final Postgres postgres;
    private final Ids ids;
    private final InstantSource clock;

    WishlistRoutes(Wishlists lists, Channels channels, Postgres postgres, Ids ids, InstantSource clock) {
        this.lists = lists;
        this.channels = channels;
        this.postgres = postgres;
        this.ids = ids;
        this.clock = clock;
    }

    @Bean RouterFunction<ServerResponse> wishlistApi(Api api) {
        return api.table("/wishlist", rows -> {
            rows.GET("", Access.signedIn(), this::usual);
            rows.POST("", Access.signedIn(), this::wish);
            rows.POST("/toggle", Access.signedIn(), this::toggle);
            rows.PUT("/{productId}", Access.signedIn(), request -> put(request, taken(request)));
            rows.DELETE("/{productId}", Access.signedIn(), request -> drop(request, taken(request)));
            rows.GET("/lists", Access.signedIn(), this::all);
            rows.POST("/lists", Access.signedIn(), this::open);
            rows.GET("/lists/{id}", Access.signedIn(), this::show);
            rows.PUT("/lists/{id}", Access.signedIn(), this::rename);
            rows.DELETE("/lists/{id}", Access.signedIn(), request -> changed(request, lists::remove));
            rows.PUT("/lists/{id}/items/{productId}", Access.signedIn(), request -> put(request, named(request)));
            rows.DELETE("/lists/{id}/items/{productId}", Access.signedIn(),
                request -> drop(request, named(request)));
            // the link is shown once and only its hash is kept, so the reply is kept nowhere either
            rows.POST("/lists/{id}/share", Access.signedIn(), this::share).storesNothing();
            rows.DELETE("/lists/{id}/share", Access.signedIn(), request -> changed(request, lists::unshare));
            rows.GET("/shared/{token}", Access.anyone(), this::shared);
        });
    }

    private record Product(@Nullable UUID productId) {}

    private record Said(UUID productId, boolean wished) {}

    private record Link(String token, String path) {}

    private record Name(@Nullable String name) {}

    private record ListView(UUID id, String name, boolean usual, int entries, boolean shared) {
        static ListView of(Wishlists.Kept kept) {
            return new ListView(kept.id(), kept.name(), kept.usual(), kept.entries(), kept.shared());
        }
    }

    private record View(@Nullable UUID id, String name, boolean shared, List<Wishlists.Item> items) {
        static View of(Wishlists.Whole whole) {
            return new View(whole.list().id(), whole.list().name(), whole.list().shared(), whole.items());
        }
    }

    /// What others see: nothing of whose it is.
    private record SharedView(String name, List<Wishlists.Item> items) {}

    private Mono<Reply> usual(ServerRequest request) {
        return lists.usual(owner(request)).map(View::of)
            .defaultIfEmpty(new View(null, Wishlists.USUAL_NAME, false, List.of()))
            .flatMap(Reply::ok).map(WishlistRoutes::hers);
    }

    private Mono<Reply> wish(ServerRequest request) {
        UUID product = product(Api.body(request, Product.class));
        return inTurn(taken(request), list -> add(request, list, product));
    }

    private Mono<Reply> toggle(ServerRequest request) {
        UUID product = product(Api.body(request, Product.class));
        return inTurn(taken(request), list -> lists.drop(list, product)
            .flatMap(gone -> gone ? said(200, product, false) : add(request, list, product)));
    }

    private Mono<Reply> put(ServerRequest request, Mono<UUID> list) {
        return Mono.justOrEmpty(Ids.read(request.pathVariable("productId")))
            .flatMap(product -> inTurn(list, taken -> add(request, taken, product)))
            .switchIfEmpty(absent("This product was"));
    }

    /// What is not on the list is gone already.
    private Mono<Reply> drop(ServerRequest request, Mono<UUID> list) {
        return Mono.justOrEmpty(Ids.read(request.pathVariable("productId")))
            .flatMap(product -> inTurn(list, taken -> lists.drop(taken, product).then(Reply.noContent())))
            .switchIfEmpty(absent("This product was"));
    }

    private Mono<Reply> add(ServerRequest request, UUID list, UUID product) {
        return lists.add(list, owner(request), ids.next(), product, clock.instant()).flatMap(wished -> switch (wished) {
            case ADDED -> said(201, product, true);
            case THERE -> said(200, product, true);
            case NO_PRODUCT -> Reply.refuse(Problem.notFound("This product was"));
            case FULL -> Reply.refuse(Problem.unprocessable("wishlist_full",
                "A list has at most " + Wishlists.ENTRIES_MAX + " entries"));
        });
    }

    private Mono<Reply> all(ServerRequest request) {
        return lists.of(owner(request)).map(ListView::of).collectList().flatMap(Reply::ok).map(WishlistRoutes::hers);
    }

    private Mono<Reply> open(ServerRequest request) {
        String name = name(Api.body(request, Name.class));
        UUID id = ids.next();
        Owner owner = owner(request);
        return Change.retryStale(() -> lists.open(id, owner, name, clock.instant()).map(ListView::of)
            .flatMap(list -> Reply.created(Api.BASE + "/wishlist/lists/" + id, list))
            .switchIfEmpty(Mono.defer(() -> refusedOrLate(owner))));
    }

    private Mono<Reply> refusedOrLate(Owner owner) {
        return lists.of(owner).filter(list -> !list.usual()).count()
            .flatMap(many -> many < Wishlists.LISTS_MAX - 1 ? Mono.error(new Refused(Refused.STALE))
                : Reply.refuse(Problem.unprocessable("too_many_wishlists",
                    "You can have at most " + (Wishlists.LISTS_MAX - 1) + " lists with names")));
    }

    private Mono<Reply> show(ServerRequest request) {
        return list(request).flatMap(id -> lists.whole(owner(request), id)).map(View::of).flatMap(Reply::ok)
            .map(WishlistRoutes::hers).switchIfEmpty(absent("This list was"));
    }

    private Mono<Reply> rename(ServerRequest request) {
        String name = name(Api.body(request, Name.class));
        return list(request).filterWhen(id -> lists.rename(owner(request), id, name))
            .flatMap(id -> lists.whole(owner(request), id)).map(View::of).flatMap(Reply::ok)
            .switchIfEmpty(absent("This list was"));
    }

    private Mono<Reply> share(ServerRequest request) {
        String token = Ids.token();
        return list(request).filterWhen(id -> lists.share(owner(request), id, sha256(token)))
            .flatMap(id -> Reply.ok(new Link(token, Api.BASE + "/wishlist/shared/" + token)))
            .map(reply -> reply.header("Cache-Control", "no-store")).switchIfEmpty(absent("This list was"));
    }

    private Mono<Reply> shared(ServerRequest request) {
        String token = request.pathVariable("token");
        if (token.length() > TOKEN_CHARS_MAX) return absent("This list was");
        return lists.shared(sha256(token)).map(whole -> new SharedView(whole.list().name(), whole.items()))
            .flatMap(Reply::ok).map(reply -> hers(reply).header("X-Robots-Tag", "noindex")
                .header("Referrer-Policy", "no-referrer"))
            .switchIfEmpty(absent("This list was"));
    }

    /// A list's owner does something to it that either happens or finds nothing.
    private Mono<Reply> changed(ServerRequest request, Doing change) {
        return list(request).filterWhen(id -> change.on(owner(request), id)).flatMap(id -> Reply.noContent())
            .switchIfEmpty(absent("This list was"));
    }

    @FunctionalInterface
    private interface Doing {
        Mono<Boolean> on(Owner owner, UUID list);
    }

    /// Takes the list first, so that whoever changes it at the same time comes before or after.
    private Mono<Reply> inTurn(Mono<UUID> list, Function<UUID, Mono<Reply>> work) {
        return postgres.transactionalAgain(list.flatMap(work)).switchIfEmpty(absent("This list was"));
    }

    private Mono<UUID> taken(ServerRequest request) {
        return Mono.defer(() -> lists.taken(owner(request), ids.next(), clock.instant()));
    }

    private Mono<UUID> named(ServerRequest request) {
        return list(request).flatMap(id -> lists.taken(owner(request), id));
    }

    private Owner owner(ServerRequest request) {
        return new Owner(Caller.of(request).account(), channels.of(request).code());
    }

    private static Mono<UUID> list(ServerRequest request) {
        return Mono.justOrEmpty(Ids.read(request.pathVariable("id")));
    }

    private static UUID product(Product body) {
        Fields fields = new Fields();
        UUID product = fields.required("product_id", body.productId());
        fields.orRefuse();
        if (product == null) throw new IllegalStateException("checked above");
        return product;
    }

    private static String name(Name body) {
        Fields fields = new Fields();
        String name = OneLine.required(fields, "name", body.name(), NAME_CHARS_MAX);
        fields.orRefuse();
        return name;
    }

    private static Mono<Reply> said(int status, UUID product, boolean wished) {
        return Reply.ok(new Said(product, wished))
            .map(reply -> new Reply(status, reply.headers(), reply.body()));
    }

    private static Reply hers(Reply reply) {
        return reply.header("Cache-Control", "private, no-cache");
    }

    private static Mono<Reply> absent(String what) {
        return Mono.defer(() -> Reply.refuse(Problem.notFound(what)));
    }

    private static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
