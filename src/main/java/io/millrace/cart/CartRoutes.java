package io.millrace.cart;

import io.millrace.channel.Channels;
import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.http.Json;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Reply;
import io.millrace.http.Rows;
import io.millrace.money.Quantity;
import io.millrace.postgres.Refused;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// The cart over HTTP. Every answer is the whole cart, priced now; `X-Cart-Token` or the sign-in says whose it is.
final class CartRoutes {
    private static final int OPTIONS_MAX = 10;
    private static final int OPTION_NAME_CHARS_MAX = 64;
    private static final int OPTION_CHARS_MAX = 256;
    private static final int DIGEST_CHARS = 16;

    private final Carts carts;
    private final Channels channels;
    private final Ids ids;

    CartRoutes(Carts carts, Channels channels, Ids ids) {
        this.carts = carts;
        this.channels = channels;
        this.ids = ids;
    }

    void table(Rows rows) {
        rows.GET("", Access.anyone(), this::show).buys();
        rows.DELETE("", Access.anyone(), this::clear);
        rows.GET("/quote", Access.anyone(), this::quote).buys();
        rows.POST("/items", Access.anyone(), this::add);
        rows.PUT("/items/{id}", Access.anyone(), this::change);
        rows.DELETE("/items/{id}", Access.anyone(), this::remove);
    }

    private record Add(@Nullable UUID variantId, @Nullable Long quantity, @Nullable Map<String, String> options) {}

    private record Amount(@Nullable Long quantity) {}

    private Mono<Reply> show(ServerRequest request) {
        return carts.show(ref(request), null).flatMap(showing -> answer(showing, request, 200))
            .onErrorResume(Refused.class, CartRoutes::busy);
    }

    private Mono<Reply> quote(ServerRequest request) {
        return carts.show(ref(request), request.queryParam("shipping_method").orElse(null))
            .flatMap(showing -> showing instanceof Showing.Shown shown ? quoted(shown) : refused(showing))
            .onErrorResume(Refused.class, CartRoutes::busy);
    }

    private Mono<Reply> add(ServerRequest request) {
        Add body = Api.body(request, Add.class);
        Fields fields = new Fields();
        UUID variant = fields.required("variant_id", body.variantId());
        int quantity = quantity(fields, body.quantity());
        Map<String, String> options = options(fields, body.options());
        fields.orRefuse();
        if (variant == null) throw new IllegalStateException("checked above");
        return carts.edit(ref(request), null, List.of(variant), true, guarded(request, cart -> cart.sells(variant)
            ? cart.cart().add(ids::next, variant, options, quantity) : new Editing.NotForSale()))
            .flatMap(showing -> answer(showing, request, 201)).onErrorResume(Refused.class, CartRoutes::busy);
    }

    private Mono<Reply> change(ServerRequest request) {
        UUID line = line(request);
        Fields fields = new Fields();
        int quantity = quantity(fields, Api.body(request, Amount.class).quantity());
        fields.orRefuse();
        return edited(request, cart -> cart.cart().quantity(line, quantity));
    }

    private Mono<Reply> remove(ServerRequest request) {
        UUID line = line(request);
        return edited(request, cart -> cart.cart().remove(line));
    }

    private Mono<Reply> clear(ServerRequest request) {
        return edited(request, cart -> new Editing.Edited(cart.cart().cleared()));
    }

    private Mono<Reply> edited(ServerRequest request, Function<PricedCart, Editing> edit) {
        return carts.edit(ref(request), null, List.of(), false, guarded(request, edit))
            .flatMap(showing -> answer(showing, request, 200))
            .onErrorResume(Refused.class, CartRoutes::busy);
    }

    /// `If-Match` compares versions only: a price that moved is no reason to refuse a change of lines.
    private static Function<PricedCart, Editing> guarded(ServerRequest request, Function<PricedCart, Editing> edit) {
        @Nullable String ifMatch = request.headers().firstHeader("If-Match");
        if (ifMatch == null || ifMatch.equals("*")) return edit;
        return cart -> ifMatch.replaceFirst("^\"(\\d+)(-[0-9a-f]*)?\"$", "$1")
            .equals(Long.toString(cart.cart().version())) ? edit.apply(cart) : new Editing.OtherVersion();
    }

    private static Mono<Reply> answer(Showing showing, ServerRequest request, int status) {
        if (!(showing instanceof Showing.Shown shown)) return refused(showing);
        byte[] bytes = Json.bytes(new Envelope(true, CartView.of(shown)));
        String etag = "\"" + shown.cart().cart().version() + "-" + digest(bytes) + "\"";
        if (status == 200 && request.method().name().equals("GET")
            && etag.equals(request.headers().firstHeader("If-None-Match"))) return Reply.notModified(etag);
        String token = shown.token();
        Reply reply = new Reply(status, Map.of("ETag", etag, "Cache-Control", "private, no-cache"),
            new Reply.Body.Bytes(bytes, "application/json"));
        return Mono.just(token == null ? reply : reply.header(CartRef.HEADER, token));
    }

    private record Envelope(boolean success, CartView data) {}

    private static Mono<Reply> quoted(Showing.Shown shown) {
        var blocked = shown.cart().blocked();
        return blocked.isEmpty() ? Reply.ok(CartView.quote(shown))
            .map(reply -> reply.header("Cache-Control", "private, no-cache"))
            : Reply.refuse(Problem.conflict("items_unavailable", "Some items cannot be bought any more")
                .detail("variant_ids", List.copyOf(blocked)));
    }

    private static Mono<Reply> refused(Showing showing) {
        return Reply.refuse(switch (showing) {
            case Showing.Shown _ -> throw new IllegalStateException("not a refusal");
            case Showing.NoCart() -> Problem.notFound("This cart was");
            case Showing.UnknownShipping() -> Problem.invalid("shipping_method", "is not a way to ship here");
            case Showing.AmountTooLarge() ->
                Problem.unprocessable("amount_too_large", "So much money cannot be in one cart");
            case Showing.Refusal(var why) -> problem(why);
        });
    }

    private static Problem problem(Editing why) {
        return switch (why) {
            case Editing.Edited _ -> throw new IllegalStateException("not a refusal");
            case Editing.NoSuchLine() -> Problem.notFound("This item was");
            case Editing.CartFull() ->
                Problem.unprocessable("cart_full", "A cart has at most " + Carts.LINES_MAX + " lines");
            case Editing.QuantityTooLarge() -> Problem.invalid("quantity", "comes to more than " + Quantity.MAX
                + " in one line");
            case Editing.NotForSale() -> Problem.invalid("variant_id", "is not for sale here");
            case Editing.OtherVersion() -> Problem.stale();
        };
    }

    private static int quantity(Fields fields, @Nullable Long quantity) {
        fields.required("quantity", quantity);
        fields.must("quantity", quantity, Quantity::isValid, "is 1 to " + Quantity.MAX);
        return fields.isClean() && quantity != null ? quantity.intValue() : 1;
    }

    private static Map<String, String> options(Fields fields, @Nullable Map<String, String> options) {
        if (options == null) return Map.of();
        if (options.size() > OPTIONS_MAX) fields.wrong("options", "has more than " + OPTIONS_MAX + " entries");
        for (Map.Entry<String, @Nullable String> option : options.entrySet()) {
            String value = option.getValue();
            if (option.getKey().isBlank() || option.getKey().length() > OPTION_NAME_CHARS_MAX)
                fields.wrong("options", "has a name that is empty or too long");
            else
                if (value == null || value.isBlank() || value.length() > OPTION_CHARS_MAX
                    || value.indexOf('\0') >= 0 || option.getKey().indexOf('\0') >= 0)
                    fields.wrong("options." + option.getKey().replace('\0', ' '),
                        "is a text of 1 to " + OPTION_CHARS_MAX
                            + " characters");
        }
        return fields.isClean() ? Map.copyOf(options) : Map.of();
    }

    private static UUID line(ServerRequest request) {
        return Ids.read(request.pathVariable("id"))
            .orElseThrow(() -> new ProblemException(Problem.notFound("This item was")));
    }

    private CartRef ref(ServerRequest request) {
        return CartRef.of(request, channels.of(request).code());
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes))
                .substring(0, DIGEST_CHARS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The last word when a cart is so busy that even the lock's queue was lost.
    private static Mono<Reply> busy(Refused refused) {
        return refused.is(Refused.STALE) ? Reply.refuse(Problem.conflict("cart_changed",
            "The cart is being changed elsewhere; try again")) : Mono.error(refused);
    }
}
