package io.millrace.ordering;

import static io.millrace.http.Access.anyone;
import static io.millrace.http.Access.needs;

import io.millrace.channel.Channel;
import io.millrace.channel.Channels;
import io.millrace.customer.Phone;
import io.millrace.http.Api;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Reply;
import io.millrace.http.Rows;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// A guest finds his orders by his phone, after he proved that it is his.
final class PhoneRoutes {
    private static final int ORDERS_MAX = 50;
    static final int CODE_CHARS = 6;

    private final Channels channels;
    private final Orders orders;
    private final PhoneCodes codes;
    private final boolean shown;

    /// `shown` lets the shop's people read codes, in development, where no message goes out.
    PhoneRoutes(Channels channels, Orders orders, PhoneCodes codes, boolean shown) {
        this.channels = channels;
        this.orders = orders;
        this.codes = codes;
        this.shown = shown;
    }

    void table(Rows rows) {
        rows.POST("/search/code", anyone(), this::request).limited("codes");
        rows.GET("/search", anyone(), this::search).buys();
    }

    void adminTable(Rows rows) {
        if (shown) rows.GET("/search-codes", needs(Ordering.ADMIN), this::show);
    }

    private Mono<Reply> request(ServerRequest request) {
        Channel channel = channels.of(request);
        String phone = phone(channel, Api.body(request, Asked.class).phone());
        return codes.request(channel.code(), phone).flatMap(sent -> sent
            ? Reply.accepted(Map.of("expires_in", PhoneCodes.LIFE.toSeconds()))
            : Reply.refuse(Problem.of(429, "rate_limited", "Too many codes were asked for")
                .header("Retry-After", Long.toString(PhoneCodes.REQUESTS_WINDOW.toSeconds()))));
    }

    private Mono<Reply> search(ServerRequest request) {
        Channel channel = channels.of(request);
        String phone = phone(channel, request.queryParam("phone").orElse(null));
        String code = request.queryParam("code").orElse("");
        if (code.length() != CODE_CHARS) return Reply.refuse(wrong());
        return codes.prove(channel.code(), phone, code).flatMap(proven -> proven
            ? orders.ofPhone(channel.code(), phone, ORDERS_MAX).collectList().flatMap(Reply::ok)
                .map(reply -> reply.header("Cache-Control", "no-store"))
            : Reply.refuse(wrong()));
    }

    private Mono<Reply> show(ServerRequest request) {
        Channel channel = channels.of(request);
        return codes.newest(channel.code(), phone(channel, request.queryParam("phone").orElse(null)))
            .flatMap(code -> Reply.ok(Map.of("code", code)))
            .switchIfEmpty(Mono.defer(() -> Reply.refuse(Problem.notFound("A code was"))));
    }

    static Problem wrong() {
        return Problem.of(403, "code_invalid", "This code is not right, or not any more");
    }

    static String phone(Channel channel, @Nullable String typed) {
        String home = channel.countries().isEmpty() ? "" : channel.countries().getFirst();
        // in a query a plus that was not encoded arrives as a space
        String number = typed == null ? "" : typed.startsWith(" ") ? "+" + typed.strip() : typed;
        return Phone.normal(number, home)
            .orElseThrow(() -> new ProblemException(Problem.invalid("phone", "is not a phone number")));
    }

    private record Asked(@Nullable String phone) {}
}
