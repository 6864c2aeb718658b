package io.millrace.catalog;

import io.millrace.channel.Channels;
import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.http.Paging;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Reply;
import io.millrace.http.Rows;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// Writing products, under `/products` and the same under `/admin/products`; reading them as their writers see them
/// only under the latter.
@Configuration(proxyBeanMethods = false)
class ProductRoutes {
    static final Access WRITE = Access.needs("catalog:write");
    private static final Pattern TAG = Pattern.compile("\"v(\\d{1,18})(-[A-Za-z0-9_-]*)?\"");

    private final Catalog catalog;
    private final Channels channels;
    private final Deeds deeds;

    ProductRoutes(Catalog catalog, Channels channels, Deeds deeds) {
        this.catalog = catalog;
        this.channels = channels;
        this.deeds = deeds;
    }

    @Bean RouterFunction<ServerResponse> productWriteApi(Api api) {
        return api.table("/products", this::writes);
    }

    @Bean RouterFunction<ServerResponse> productAdminApi(Api api) {
        return api.table("/admin/products", rows -> {
            rows.GET("", WRITE, this::list);
            rows.GET("/{id}", WRITE, this::show);
            writes(rows);
        });
    }

    private void writes(Rows rows) {
        rows.POST("", WRITE, this::create);
        rows.PUT("/{id}", WRITE, this::replace);
        rows.PATCH("/{id}", WRITE, this::change);
        rows.DELETE("/{id}", WRITE, this::remove);
        rows.POST("/{id}/publish", WRITE, this::publish);
        rows.POST("/{id}/images", WRITE, this::addImage);
    }

    /// By id, `after` one of them; the import's and the back office's list, drafts and all.
    private Mono<Reply> list(ServerRequest request) {
        Paging paging = Paging.of(request);
        return catalog.productsAfter(channel(request), paging.after(), paging.perPage()).flatMap(products -> paging
            .reply(request, products.stream().map(ProductBody::view).toList(), paging.piece(
                products.size() < paging.perPage() ? null : Paging.cursor(products.getLast().id()))));
    }

    private Mono<Reply> show(ServerRequest request) {
        return catalog.product(channel(request), id(request, "Product"))
            .flatMap(product -> Reply.ok(ProductBody.view(product)).map(reply -> tagged(reply, product.version())))
            .defaultIfEmpty(Problem.notFound("Product").reply());
    }

    private Mono<Reply> create(ServerRequest request) {
        ProductBody body = body(request);
        return saved(request, body.change(null, channel(request), null, null));
    }

    private Mono<Reply> replace(ServerRequest request) {
        ProductBody body = body(request);
        return changed(request, was -> body.whole(was.id(), was.channel(), version(request), was));
    }

    private Mono<Reply> change(ServerRequest request) {
        ProductBody body = body(request);
        return changed(request, was -> body.change(was.id(), was.channel(), version(request), was));
    }

    private Mono<Reply> publish(ServerRequest request) {
        return changed(request, was -> ProductBody.withStatus(was, ProductStatus.ACTIVE, version(request)));
    }

    private Mono<Reply> addImage(ServerRequest request) {
        NewImage body = Api.body(request, NewImage.class);
        Fields fields = new Fields();
        String url = fields.text("url", body.url, Image.URL_CHARS_MAX);
        if (!url.isEmpty()) fields.must("url", url, VariantDrafting::isUrl, "is a http(s) address");
        fields.orRefuse();
        Image image = new Image(url, body.alt == null ? "" : body.alt);
        return changed(request, was -> ProductBody.withImage(was, image, body.rank,
            version(request) == null ? Long.valueOf(was.version()) : version(request)));
    }

    private Mono<Reply> remove(ServerRequest request) {
        return catalog.remove(channel(request), id(request, "Product"), version(request), deeds.removing(request))
            .flatMap(saved -> saved instanceof Saved.Changed ? Reply.noContent() : Mono.just(answer(saved)));
    }

    private Mono<Reply> changed(ServerRequest request, Function<Product, ProductDraft> draft) {
        return catalog.product(channel(request), id(request, "Product"))
            .flatMap(was -> saved(request, draft.apply(was)))
            .defaultIfEmpty(Problem.notFound("Product").reply());
    }

    private Mono<Reply> saved(ServerRequest request, ProductDraft draft) {
        return deeds.save(request, draft).map(ProductRoutes::answer);
    }

    static Reply answer(Saved saved) {
        return switch (saved) {
            case Saved.Created(var product) -> tagged(new Reply(201, java.util.Map.of("Location",
                Api.BASE + "/products/" + product.id()), new Reply.Body.Data(ProductBody.view(product), null, null)),
                product.version());
            case Saved.Changed(var product) -> whole(product);
            case Saved.Unchanged(var product) -> whole(product);
            case Saved.Invalid(var errors) -> Problem.invalid(errors).reply();
            case Saved.Stale stale -> Problem.stale().reply();
            case Saved.Absent absent -> Problem.notFound("Product").reply();
        };
    }

    private static Reply whole(Product product) {
        return tagged(new Reply(200, java.util.Map.of(), new Reply.Body.Data(ProductBody.view(product), null, null)),
            product.version());
    }

    private static Reply tagged(Reply reply, long version) {
        return reply.header("ETag", tag(version));
    }

    static String tag(long version) {
        return "\"v" + version + "\"";
    }

    private static ProductBody body(ServerRequest request) {
        ProductBody body = Api.body(request, ProductBody.class);
        if (body.variants() != null && body.isShort())
            throw new ProblemException(Problem.invalid("variants", "say prices, stock and SKUs of variants there"));
        return body;
    }

    /// The version that `If-Match` names: `"v7"`, or the `"v7-..."` of the shop window's own tag.
    static @Nullable Long version(ServerRequest request) {
        String header = request.headers().firstHeader("If-Match");
        if (header == null || header.strip().equals("*")) return null;
        Matcher tag = TAG.matcher(header.strip());
        if (tag.matches()) return Long.valueOf(tag.group(1));
        throw new ProblemException(Problem.stale());
    }

    static UUID id(ServerRequest request, String what) {
        return Ids.read(request.pathVariable("id"))
            .orElseThrow(() -> new ProblemException(Problem.notFound(what)));
    }

    private String channel(ServerRequest request) {
        return channels.of(request).code();
    }

    private record NewImage(@Nullable String url, @Nullable String alt, @Nullable Integer rank) {}
}
