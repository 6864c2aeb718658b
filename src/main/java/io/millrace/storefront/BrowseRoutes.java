package io.millrace.storefront;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.channel.Channel;
import io.millrace.channel.Channels;
import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.util.UriUtils;
import reactor.core.publisher.Mono;

/// What shoppers read: lists, details, search, featured, categories. Every answer is made once and then ready bytes.
@Configuration(proxyBeanMethods = false)
class BrowseRoutes {
    private static final int SLUGS_KNOWN_MAX = 100_000;
    private static final String NDJSON = "application/x-ndjson";

    private final Shelves shelves;
    private final ReadyPages pages;
    private final Pages make;
    private final Channels channels;
    /// A slug leads to its product as long as that lives, so this is only ever wrong about removed ones.
    private final Cache<String, UUID> bySlug = Caffeine.newBuilder().maximumSize(SLUGS_KNOWN_MAX).build();

    BrowseRoutes(Shelves shelves, ReadyPages pages, Pages make, Channels channels) {
        this.shelves = shelves;
        this.pages = pages;
        this.make = make;
        this.channels = channels;
    }

    @Bean RouterFunction<ServerResponse> productReadApi(Api api) {
        return api.table("/products", rows -> {
            rows.GET("", Access.anyone(), this::list);
            rows.GET("/search", Access.anyone(), this::search).limited("search");
            rows.GET("/featured", Access.anyone(), this::featured);
            rows.GET("/{id}", Access.anyone(), this::detail);
        });
    }

    @Bean RouterFunction<ServerResponse> categoryReadApi(Api api) {
        return api.table("/categories", rows -> {
            rows.GET("", Access.anyone(), this::categories);
            rows.GET("/{id}", Access.anyone(), this::category);
            rows.GET("/{id}/products", Access.anyone(), this::ofCategory);
        });
    }

    @Bean RouterFunction<ServerResponse> variantReadApi(Api api) {
        return api.table("/variants", rows -> rows.GET("/product/{id}", Access.anyone(), this::variants));
    }

    private Mono<Reply> list(ServerRequest request) {
        return list(request, null);
    }

    private Mono<Reply> ofCategory(ServerRequest request) {
        Channel channel = channels.of(request);
        String shelf = request.pathVariable("id");
        return shelves(channel).flatMap(tree -> tree.find(shelf) == null ? Reply.refuse(Problem.notFound("Category"))
            : list(request, shelf));
    }

    private Mono<Reply> list(ServerRequest request, @Nullable String shelf) {
        Channel channel = channels.of(request);
        Query query = query(request, channel, shelf);
        if (wantsLines(request))
            return Reply.lines(shelves.lines(channel.code(), query))
                .map(reply -> reply.header("Vary", ReadyDoor.VARY));
        return ready(request, channel, "L|" + query.key(), () -> make.list(channel.code(), query));
    }

    private Mono<Reply> search(ServerRequest request) {
        Channel channel = channels.of(request);
        if (request.queryParam("q").orElse("").isBlank()) return Reply.refuse(Problem.invalid("q", "is required"));
        Query query = query(request, channel, null);
        return ready(request, channel, "S|" + query.key(), () -> make.search(channel, query));
    }

    private Mono<Reply> featured(ServerRequest request) {
        Channel channel = channels.of(request);
        return ready(request, channel, "F", () -> make.featured(channel.code()));
    }

    private Mono<Reply> categories(ServerRequest request) {
        Channel channel = channels.of(request);
        return ready(request, channel, "C", () -> make.categories(channel.code()));
    }

    private Mono<Reply> category(ServerRequest request) {
        Channel channel = channels.of(request);
        String shelf = request.pathVariable("id");
        return ready(request, channel, "C|" + shelf, () -> make.category(channel.code(), shelf), "Category");
    }

    private Mono<Reply> variants(ServerRequest request) {
        Channel channel = channels.of(request);
        UUID id = Ids.read(request.pathVariable("id")).orElse(null);
        if (id == null) return Reply.refuse(Problem.notFound("Product"));
        return pages.get(channel.code(), "V|" + id, pages.freshness().ofProduct(channel.code(), id),
            () -> make.variants(channel.code(), id)).map(ready -> ReadyDoor.reply(request, ready, "Product"));
    }

    private Mono<Reply> detail(ServerRequest request) {
        Channel channel = channels.of(request);
        String word = request.pathVariable("id");
        UUID id = Ids.read(word).orElse(null);
        return (id != null ? detail(channel, id) : bySlug(channel, word)).map(ready -> {
            if (id == null && ready.status() == 200 && !Pages.slug(ready.bytes()).equals(word))
                return moved(Pages.slug(ready.bytes()));
            pages.keepLine(ReadyDoor.line(channel, request.exchange().getRequest()), ready);
            return ReadyDoor.reply(request, ready, "Product");
        });
    }

    /// A link from before the product was renamed. It may be renamed back, so nobody is to remember this.
    private static Reply moved(String slug) {
        String path = Api.BASE + "/products/" + slug;
        return new Reply(308, Map.of("Location", UriUtils.encodePath(path, StandardCharsets.UTF_8), "Cache-Control",
            "no-cache", "Vary", ReadyDoor.VARY), new Reply.Body.Data(Map.of("slug", slug), "Moved", null));
    }

    private Mono<Ready> bySlug(Channel channel, String slug) {
        String name = channel.code() + "|" + slug;
        UUID known = bySlug.getIfPresent(name);
        Mono<Ready> ready = known == null ? Mono.empty() : detail(channel, known).filter(it -> it.status() == 200);
        return ready.switchIfEmpty(Mono.defer(() -> found(channel, slug, name)));
    }

    /// First sight of a slug, or its product is gone. What nobody has is remembered too, until anything changes.
    private Mono<Ready> found(Channel channel, String slug, String name) {
        return pages.get(channel.code(), "N|" + slug, pages.freshness().ofLists(channel.code()),
            () -> make.bySlug(channel.code(), slug))
            .flatMap(named -> {
                if (named.status() != 200) return Mono.just(named);
                UUID id = Pages.id(named.bytes());
                bySlug.put(name, id);
                return detail(channel, id);
            });
    }

    private Mono<Ready> detail(Channel channel, UUID id) {
        return pages.get(channel.code(), "D|" + id, pages.freshness().ofProduct(channel.code(), id),
            () -> make.detail(channel.code(), id));
    }

    private Mono<Pages.Tree> shelves(Channel channel) {
        return pages.get(channel.code(), "C", pages.freshness().ofLists(channel.code()),
            () -> make.categories(channel.code())).map(ready -> Pages.Tree.of(ready.bytes()));
    }

    private Mono<Reply> ready(ServerRequest request, Channel channel, String key,
        java.util.function.Supplier<Mono<SharedPages.Content>> made) {
        return ready(request, channel, key, made, "Page");
    }

    private Mono<Reply> ready(ServerRequest request, Channel channel, String key,
        java.util.function.Supplier<Mono<SharedPages.Content>> made, String what) {
        return pages.get(channel.code(), key, pages.freshness().ofLists(channel.code()), made).map(ready -> {
            pages.keepLine(ReadyDoor.line(channel, request.exchange().getRequest()), ready);
            return ReadyDoor.reply(request, ready, what);
        });
    }

    private static Query query(ServerRequest request, Channel channel, @Nullable String shelf) {
        Fields fields = new Fields();
        Map<String, String> parameters = request.queryParams().toSingleValueMap();
        Query query = Query.of(parameters, channel, shelf, fields);
        fields.orRefuse();
        return query;
    }

    private static boolean wantsLines(ServerRequest request) {
        String accept = request.headers().firstHeader("Accept");
        return accept != null && accept.contains(NDJSON);
    }
}
