package io.millrace.catalog;

import io.millrace.audit.Audit;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Refused;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// What people do to single products and categories, with the account of it in the same statement. Imports account for
/// a whole file instead.
final class Deeds {
    private final Catalog catalog;
    private final Audit audit;

    Deeds(Catalog catalog, Audit audit) {
        this.catalog = catalog;
        this.audit = audit;
    }

    /// Writes one draft; a product that everybody changes at once is a conflict, not a defect.
    Mono<Saved> save(ServerRequest request, ProductDraft draft) {
        return catalog.save(draft, writing -> saving(request, writing))
            .onErrorMap(Refused.class, refused -> new ProblemException(
                Problem.conflict("busy", "Others are changing this at the same time; try again")));
    }

    /// Prices and stock are told by what was said: what they were is other rooms'.
    private Piece saving(ServerRequest request, Drafting.Writing writing) {
        Map<String, Object> now = ProductBody.view(writing.product());
        if (!writing.offers().isEmpty()) now.put("offers", writing.offers());
        Product was = writing.was();
        return audit.changed(request, was == null ? "product.create" : "product.change", object(writing.product()),
            was == null ? null : ProductBody.view(was), now);
    }

    Function<Product, List<Piece>> removing(ServerRequest request) {
        return was -> List.of(audit.changed(request, "product.remove", object(was), ProductBody.view(was), null));
    }

    Piece category(ServerRequest request, String verb, UUID id, @Nullable Category was, @Nullable Category now) {
        return audit.changed(request, "category." + verb, "category:" + id, was, now);
    }

    private static String object(Product product) {
        return "product:" + product.id();
    }
}
