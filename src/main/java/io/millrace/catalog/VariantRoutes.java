package io.millrace.catalog;

import io.millrace.channel.Channels;
import io.millrace.http.Api;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Reply;
import io.millrace.money.Money;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// Writing single variants. `If-Match` names their product's version: a variant has no life of its own.
@Configuration(proxyBeanMethods = false)
class VariantRoutes {
    private final Catalog catalog;
    private final Channels channels;
    private final Deeds deeds;

    VariantRoutes(Catalog catalog, Channels channels, Deeds deeds) {
        this.catalog = catalog;
        this.channels = channels;
        this.deeds = deeds;
    }

    @Bean RouterFunction<ServerResponse> variantWriteApi(Api api) {
        return api.table("/variants", rows -> {
            rows.POST("", ProductRoutes.WRITE, this::create);
            rows.PUT("/{id}", ProductRoutes.WRITE, this::change);
            rows.DELETE("/{id}", ProductRoutes.WRITE, this::remove);
        });
    }

    private Mono<Reply> create(ServerRequest request) {
        VariantBody body = Api.body(request, VariantBody.class);
        if (body.productId == null) return Reply.refuse(Problem.invalid("product_id", "is required"));
        return catalog.product(channels.of(request).code(), body.productId)
            .flatMap(was -> deeds.save(request, ProductBody.withVariant(was, body.draft(null),
                ProductRoutes.version(request)))
                .map(saved -> created(saved, was)))
            .defaultIfEmpty(Problem.invalid("product_id", "is not a product of this channel").reply());
    }

    private Mono<Reply> change(ServerRequest request) {
        VariantBody body = Api.body(request, VariantBody.class);
        UUID id = ProductRoutes.id(request, "Variant");
        return changed(request, id, was -> ProductBody.withVariant(was, body.draft(id), ProductRoutes.version(request)))
            .map(saved -> answer(saved, id));
    }

    private Mono<Reply> remove(ServerRequest request) {
        UUID id = ProductRoutes.id(request, "Variant");
        return changed(request, id, was -> ProductBody.without(was, id, ProductRoutes.version(request)))
            .flatMap(saved -> saved instanceof Saved.Changed ? Reply.noContent() : Mono.just(answer(saved, id)));
    }

    private Mono<Saved> changed(ServerRequest request, UUID id, Function<Product, ProductDraft> draft) {
        return catalog.productOfVariant(channels.of(request).code(), id)
            .switchIfEmpty(Mono.error(() -> new ProblemException(Problem.notFound("Variant"))))
            .flatMap(was -> deeds.save(request, draft.apply(was)));
    }

    private static Reply created(Saved saved, Product was) {
        if (!(saved instanceof Saved.Changed(var product))) return answer(saved, was.id());
        return product.variants().stream().filter(variant -> was.variants().stream().noneMatch(
            old -> old.id().equals(variant.id()))).findFirst()
            .map(variant -> new Reply(201, Map.of("Location", Api.BASE + "/variants/" + variant.id(),
                "ETag", ProductRoutes.tag(product.version())),
                new Reply.Body.Data(ProductBody.view(variant), null, null)))
            .orElseGet(() -> Problem.conflict("variant_exists", "A variant of that SKU or name is there").reply());
    }

    /// What is wrong with the one variant is named without its place in the list.
    private static Reply answer(Saved saved, UUID id) {
        if (saved instanceof Saved.Invalid(var errors)) {
            Map<String, List<String>> own = new java.util.LinkedHashMap<>();
            errors.forEach((field, wrong) -> own.put(field.replaceFirst("^variants\\[\\d+]\\.", ""), wrong));
            return Problem.invalid(own).reply();
        }
        Product product = saved instanceof Saved.Changed(var now) ? now
            : saved instanceof Saved.Unchanged(var same) ? same : null;
        if (product == null) return ProductRoutes.answer(saved);
        Variant variant = product.variants().stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();
        return new Reply(200, Map.of("ETag", ProductRoutes.tag(product.version())),
            new Reply.Body.Data(ProductBody.view(variant), null, null));
    }

    private record VariantBody(@Nullable UUID productId, @Nullable String sku, @Nullable String name,
        @Nullable Map<String, String> options, @Nullable Unit unit, @Nullable Long factor, @Nullable String pool,
        @Nullable Integer weightGrams, @Nullable String imageUrl, @Nullable Boolean isDefault,
        @Nullable Boolean active, @Nullable Money price, @Nullable List<Offer.Break> breaks, @Nullable Long onHand) {

        VariantDraft draft(@Nullable UUID id) {
            return new VariantDraft(id, sku, name, options, unit, factor, pool, weightGrams, imageUrl, isDefault,
                active, price, breaks, onHand);
        }
    }
}
