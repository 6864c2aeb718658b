package io.millrace.catalog;

import io.millrace.channel.Channels;
import io.millrace.http.Api;
import io.millrace.http.Fields;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Reply;
import io.millrace.messaging.Change;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// Writing categories; reading them is the shop window's.
@Configuration(proxyBeanMethods = false)
class CategoryRoutes {
    private static final int DESCRIPTION_CHARS_MAX = 10_000;
    private static final int NAME_CHARS_MAX = 200;
    private static final int POSITION_MAX = 1_000_000;

    private final Categories categories;
    private final Channels channels;
    private final Deeds deeds;

    CategoryRoutes(Categories categories, Channels channels, Deeds deeds) {
        this.categories = categories;
        this.channels = channels;
        this.deeds = deeds;
    }

    @Bean RouterFunction<ServerResponse> categoryWriteApi(Api api) {
        return api.table("/categories", rows -> {
            rows.POST("", ProductRoutes.WRITE, this::create);
            rows.PUT("/{id}", ProductRoutes.WRITE, this::change);
            rows.DELETE("/{id}", ProductRoutes.WRITE, this::remove);
        });
    }

    private Mono<Reply> create(ServerRequest request) {
        CategoryTree.Wish wish = wish(request, categories.newId());
        return Change.retryStale(() -> categories.tree(channels.of(request).code())
            .flatMap(tree -> put(request, tree, wish, 201)));
    }

    private Mono<Reply> change(ServerRequest request) {
        UUID id = ProductRoutes.id(request, "Category");
        CategoryTree.Wish wish = wish(request, id);
        Long version = ProductRoutes.version(request);
        return Change.retryStale(() -> categories.tree(channels.of(request).code()).flatMap(tree -> {
            Category was = known(tree, id);
            return version != null && version != was.version() ? Reply.refuse(Problem.stale())
                : put(request, tree, wish, 200);
        }));
    }

    private Mono<Reply> remove(ServerRequest request) {
        UUID id = ProductRoutes.id(request, "Category");
        Long version = ProductRoutes.version(request);
        return Change.retryStale(() -> categories.tree(channels.of(request).code()).flatMap(tree -> {
            Category was = known(tree, id);
            if (version != null && version != was.version()) return Reply.refuse(Problem.stale());
            return categories.remove(was, deeds.category(request, "remove", id, was, null))
                .flatMap(done -> done ? Reply.noContent() : Reply.refuse(
                    Problem.conflict("category_in_use", "Products or categories stand below this one")));
        }));
    }

    private Mono<Reply> put(ServerRequest request, CategoryTree tree, CategoryTree.Wish wish, int status) {
        return switch (tree.put(wish)) {
            case CategoryTree.Put.Done(var changed) -> categories.save(tree, changed, deeds.category(request,
                status == 201 ? "create" : "change", wish.id(), tree.get(wish.id()).orElse(null), changed.getFirst()))
                .thenReturn(answer(changed.getFirst(), status));
            case CategoryTree.Put.NoSuchParent none -> invalid("parent_id", "is not a category of this channel");
            case CategoryTree.Put.Cycle cycle -> invalid("parent_id", "stands below this category itself");
            case CategoryTree.Put.TooDeep deep -> invalid("parent_id", "leads deeper than " + Category.DEPTH_MAX);
            case CategoryTree.Put.SlugTaken taken -> invalid("slug", "is taken by another category");
            case CategoryTree.Put.Full full -> Reply.refuse(Problem.conflict("too_many_categories",
                "A channel has at most " + Categories.TREE_MAX));
        };
    }

    private static Mono<Reply> invalid(String field, String message) {
        return Reply.refuse(Problem.invalid(field, message));
    }

    private static Reply answer(Category category, int status) {
        Reply reply = new Reply(status, Map.of("ETag", ProductRoutes.tag(category.version())),
            new Reply.Body.Data(category, null, null));
        return status == 201 ? reply.header("Location", Api.BASE + "/categories/" + category.id()) : reply;
    }

    private static Category known(CategoryTree tree, UUID id) {
        return tree.get(id).orElseThrow(() -> new ProblemException(Problem.notFound("Category")));
    }

    private static CategoryTree.Wish wish(ServerRequest request, UUID id) {
        Body body = Api.body(request, Body.class);
        Fields fields = new Fields();
        String name = fields.text("name", body.name == null ? null : Words.line(body.name), NAME_CHARS_MAX);
        String slug = body.slug == null ? null : Words.line(body.slug);
        fields.must("slug", slug, Words::isSlug, "has lower case letters, digits and single hyphens");
        String description = fields.optionalText("description", body.description, DESCRIPTION_CHARS_MAX);
        fields.must("position", body.position, place -> Math.abs((long) place) <= POSITION_MAX, "is too far off");
        fields.orRefuse();
        return new CategoryTree.Wish(id, body.parentId, slug, name,
            description == null ? "" : Words.text(description), body.position == null ? 0 : body.position);
    }

    private record Body(@Nullable String name, @Nullable String slug, @Nullable UUID parentId,
        @Nullable String description, @Nullable Integer position) {}
}
