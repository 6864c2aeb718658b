package io.millrace.customer;

import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Reply;
import io.millrace.http.Rows;
import io.millrace.http.Versioned;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// `/user/addresses`: where a person gets goods and bills. The first one is the default of both until another is.
final class AddressRoutes {
    /// The table's own constraint is the guard; this is what people are told.
    static final int ADDRESSES_MAX = 50;

    private final Addresses addresses;
    private final Books books;
    private final Ids ids;
    private final InstantSource clock;

    AddressRoutes(Addresses addresses, Books books, Ids ids, InstantSource clock) {
        this.addresses = addresses;
        this.books = books;
        this.ids = ids;
        this.clock = clock;
    }

    void table(Rows rows) {
        rows.GET("", Access.signedIn(), this::list);
        rows.POST("", Access.signedIn(), this::add);
        rows.GET("/{id}", Access.signedIn(), this::show);
        rows.PUT("/{id}", Access.signedIn(), this::put);
        rows.DELETE("/{id}", Access.signedIn(), this::remove);
    }

    private record Body(@Nullable String label, @Nullable String name, @Nullable String line1, @Nullable String line2,
        @Nullable String city, @Nullable String region, @Nullable String postalCode, @Nullable String country,
        @Nullable String phone, @Nullable Double latitude, @Nullable Double longitude,
        @Nullable Boolean defaultShipping, @Nullable Boolean defaultBilling) {

        PostalAddress checked() {
            Fields fields = new Fields();
            PostalAddress address = PostalAddress.checked(new PostalAddress.Typed(label, name, line1, line2, city,
                region, postalCode, country, phone, latitude, longitude), fields);
            fields.orRefuse();
            return address;
        }
    }

    private record View(UUID id, @Nullable String label, String name, String line1, @Nullable String line2,
        String city, @Nullable String region, @Nullable String postalCode, String country, @Nullable String phone,
        @Nullable Double latitude, @Nullable Double longitude, boolean defaultShipping, boolean defaultBilling) {
        static View of(Addresses.Kept kept) {
            PostalAddress at = kept.address();
            return new View(kept.id(), at.label(), at.name(), at.line1(), at.line2(), at.city(), at.region(),
                at.postalCode(), at.country(), at.phone(), at.latitude(), at.longitude(), kept.defaultShipping(),
                kept.defaultBilling());
        }
    }

    private Mono<Reply> list(ServerRequest request) {
        return addresses.of(Caller.of(request).account())
            .flatMap(all -> Reply.ok(all.stream().map(View::of).toList())).map(AddressRoutes::hers);
    }

    private Mono<Reply> show(ServerRequest request) {
        return found(request).flatMap(kept -> Versioned.isCurrent(request, Versioned.etag(kept.version()))
            ? Reply.notModified(Versioned.etag(kept.version())) : answer(kept)).switchIfEmpty(absent());
    }

    private Mono<Reply> add(ServerRequest request) {
        UUID account = Caller.of(request).account();
        Body body = Api.body(request, Body.class);
        PostalAddress address = body.checked();
        UUID id = ids.next();
        return books.alone(account, book -> {
            if (book.addresses() >= ADDRESSES_MAX) return Reply.refuse(full());
            var kept = new Addresses.Kept(id, address, or(body.defaultShipping(), book.addresses() == 0),
                or(body.defaultBilling(), book.addresses() == 0), 1);
            return addresses.add(book, kept, clock.instant())
                .then(Reply.created(Api.BASE + "/user/addresses/" + id, View.of(kept)))
                .map(reply -> reply.header("ETag", Versioned.etag(1)));
        });
    }

    private Mono<Reply> put(ServerRequest request) {
        Body body = Api.body(request, Body.class);
        PostalAddress address = body.checked();
        return books.alone(Caller.of(request).account(), book -> found(request).flatMap(before -> {
            var next = new Addresses.Kept(before.id(), address, or(body.defaultShipping(), before.defaultShipping()),
                or(body.defaultBilling(), before.defaultBilling()), before.version() + 1);
            return addresses.put(book, next).then(answer(next));
        }).switchIfEmpty(absent()));
    }

    private Mono<Reply> remove(ServerRequest request) {
        return books.alone(Caller.of(request).account(), book -> found(request)
            .flatMap(before -> addresses.remove(book, before.id(), before.version()).then(Reply.noContent()))
            .switchIfEmpty(absent()));
    }

    /// The caller's own address of the version that `If-Match` demands. The write is guarded by the version read here.
    private Mono<Addresses.Kept> found(ServerRequest request) {
        return Mono.justOrEmpty(Ids.read(request.pathVariable("id")))
            .flatMap(id -> addresses.of(Caller.of(request).account(), id))
            .doOnNext(kept -> Versioned.refusal(request, Versioned.etag(kept.version())).ifPresent(stale -> {
                throw new ProblemException(stale);
            }));
    }

    private static Mono<Reply> answer(Addresses.Kept kept) {
        return Reply.ok(View.of(kept)).map(reply -> hers(reply).header("ETag", Versioned.etag(kept.version())));
    }

    private static Reply hers(Reply reply) {
        return reply.header("Cache-Control", "private, no-cache");
    }

    private static boolean or(@Nullable Boolean said, boolean otherwise) {
        return said == null ? otherwise : said;
    }

    private static Problem full() {
        return Problem.unprocessable("too_many_addresses", "You can keep at most " + ADDRESSES_MAX + " addresses");
    }

    private static Mono<Reply> absent() {
        return Mono.defer(() -> Reply.refuse(Problem.notFound("This address was")));
    }
}
