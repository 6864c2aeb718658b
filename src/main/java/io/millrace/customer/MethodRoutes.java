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
import io.millrace.payment.Instrument;
import io.millrace.payment.Payments;
import io.millrace.payment.Told;
import io.millrace.postgres.Refused;
import io.millrace.vault.CardNumbers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// `/user/payment-methods`: ways to pay that a person keeps. The client sends the provider's token and nothing else;
/// brand, last digits and expiry are what the provider says. A body with anything like a card's number in it is refused
/// before it is read.
final class MethodRoutes {
    /// The table's own constraint is the guard; this is what people are told.
    static final int METHODS_MAX = 20;
    private static final int PROVIDER_CHARS_MAX = 32;
    private static final int TOKEN_CHARS_MAX = 200;
    private static final int RETRY_SECONDS = 2;

    private final Methods methods;
    private final Books books;
    private final Payments payments;
    private final Ids ids;
    private final InstantSource clock;

    MethodRoutes(Methods methods, Books books, Payments payments, Ids ids, InstantSource clock) {
        this.methods = methods;
        this.books = books;
        this.payments = payments;
        this.ids = ids;
        this.clock = clock;
    }

    void table(Rows rows) {
        rows.GET("", Access.signedIn(), this::list);
        // the token is the guard against doing it twice; and no call goes out inside the transaction of a key
        rows.POST("", Access.signedIn(), this::add).ownsIdempotency();
        rows.DELETE("/{id}", Access.signedIn(), this::remove);
    }

    private record Body(@Nullable String provider, @Nullable String token) {}

    private record View(UUID id, String provider, String kind, String brand, String last4, int expiryMonth,
        int expiryYear, boolean expired, Instant createdAt) {}

    private Mono<Reply> list(ServerRequest request) {
        return methods.of(Caller.of(request).account())
            .flatMap(all -> Reply.ok(all.stream().map(this::view).toList()))
            .map(reply -> reply.header("Cache-Control", "private, no-cache"));
    }

    private Mono<Reply> add(ServerRequest request) {
        CardNumbers.in(new String(Api.raw(request), StandardCharsets.UTF_8)).ifPresent(masked -> {
            throw new ProblemException(Problem.unprocessable("card_number", "This looks like a card number ("
                + masked + "). Never send one: give it to the provider and send the token you get"));
        });
        Body body = Api.body(request, Body.class);
        Fields fields = new Fields();
        String provider = fields.text("provider", body.provider(), PROVIDER_CHARS_MAX);
        String token = fields.text("token", body.token(), TOKEN_CHARS_MAX);
        fields.orRefuse();
        UUID account = Caller.of(request).account();
        return payments.instrument(provider, token).flatMap(told -> switch (told) {
            case Told.Yes<Instrument>(var card) when isExpired(card) -> Reply.refuse(
                Problem.unprocessable("card_expired", "This card has expired"));
            case Told.Yes<Instrument>(var card) -> kept(account, provider, card);
            case Told.No<Instrument>(var why) -> Reply.refuse(Problem.invalid("token",
                "is not a saved way to pay of this provider"));
            case Told.Unknown<Instrument>(var why) -> Reply.refuse(Problem.unavailable("provider_silent",
                "The provider does not answer; try again", RETRY_SECONDS));
        });
    }

    private Mono<Reply> kept(UUID account, String provider, Instrument card) {
        UUID id = ids.next();
        var method = new Methods.Kept(id, provider, card, clock.instant());
        return books.alone(account, book -> methods.of(account, provider, card.token())
            .flatMap(known -> Reply.ok(view(known)))
            .switchIfEmpty(Mono.defer(() -> book.methods() >= METHODS_MAX ? Reply.refuse(full())
                : methods.add(book, method)
                    .then(Reply.created(Api.BASE + "/user/payment-methods/" + id, view(method))))));
    }

    private Mono<Reply> remove(ServerRequest request) {
        UUID account = Caller.of(request).account();
        return Mono.justOrEmpty(Ids.read(request.pathVariable("id")))
            .flatMap(id -> books.alone(account, book -> book.methods() == 0 ? absent()
                : methods.remove(book, id).then(Reply.noContent())))
            .onErrorResume(Refused.class, refused -> refused.is("absent") ? absent() : Mono.error(refused))
            .switchIfEmpty(absent());
    }

    private View view(Methods.Kept kept) {
        Instrument card = kept.instrument();
        return new View(kept.id(), kept.provider(), card.kind(), card.brand(), card.last4(), card.expiryMonth(),
            card.expiryYear(), isExpired(card), kept.since());
    }

    /// A card is good until the end of its month, wherever on earth that is last.
    private boolean isExpired(Instrument card) {
        YearMonth last = YearMonth.of(card.expiryYear(), card.expiryMonth());
        return last.isBefore(YearMonth.from(clock.instant().atOffset(ZoneOffset.ofHours(-12))));
    }

    private static Problem full() {
        return Problem.unprocessable("too_many_payment_methods", "You can keep at most " + METHODS_MAX);
    }

    private static Mono<Reply> absent() {
        return Mono.defer(() -> Reply.refuse(Problem.notFound("This payment method was")));
    }
}
