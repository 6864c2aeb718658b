package io.millrace.channel;

import io.millrace.audit.Audit;
import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Fields;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Reply;
import io.millrace.money.Money;
import io.millrace.money.Percent;
import io.millrace.postgres.Piece;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Configuration(proxyBeanMethods = false)
class ChannelRoutes {
    private static final int CATEGORY_CHARS_MAX = 32;
    private static final String WRITE = "channel:write";

    private final Channels channels;
    private final Audit audit;

    ChannelRoutes(Channels channels, Audit audit) {
        this.channels = channels;
        this.audit = audit;
    }

    @Bean RouterFunction<ServerResponse> channelApi(Api api) {
        return api.table("/channels", rows -> {
            rows.GET("", Access.anyone(), this::list);
            rows.GET("/{code}", Access.anyone(), this::show);
        });
    }

    @Bean RouterFunction<ServerResponse> channelAdminApi(Api api) {
        return api.table("/admin/channels", rows -> {
            rows.PUT("/{code}/tax-rates/{category}", Access.needs(WRITE), this::tax);
            rows.PUT("/{code}/shipping-methods/{method}", Access.needs(WRITE), this::shipping);
        });
    }

    private Mono<Reply> list(ServerRequest request) {
        return Reply.ok(channels.all().stream().map(View::of).toList());
    }

    private Mono<Reply> show(ServerRequest request) {
        return Reply.ok(View.of(known(request)));
    }

    private Mono<Reply> tax(ServerRequest request) {
        Channel channel = known(request);
        TaxRate body = Api.body(request, TaxRate.class);
        String category = request.pathVariable("category");
        Fields fields = new Fields();
        fields.must("category", category, text -> text.matches("[a-z0-9_-]{1," + CATEGORY_CHARS_MAX + "}"),
            "has lower case letters, digits, - and _, at most " + CATEGORY_CHARS_MAX);
        String text = fields.text("rate", body.rate, 8);
        Percent rate = fields.make("rate", () -> Percent.of(text));
        fields.orRefuse();
        return rate == null ? Mono.empty()
            : channels.tax(channel, category, rate, taxing(request, channel, category, rate))
                .flatMap(done -> answer(done, channel));
    }

    private Piece taxing(ServerRequest request, Channel channel, String category, Percent rate) {
        Percent was = channel.taxRates().get(category);
        return audit.entry(request, "channel.tax", "channel:" + channel.code() + "/tax/" + category,
            was == null ? null : Map.of("rate", View.of(was)), Map.of("rate", View.of(rate)));
    }

    private Mono<Reply> shipping(ServerRequest request) {
        Channel channel = known(request);
        ShippingPrice body = Api.body(request, ShippingPrice.class);
        String method = request.pathVariable("method");
        ShippingMethod was = channel.shippingMethod(method).orElse(null);
        if (was == null) return Reply.refuse(Problem.notFound("Shipping method"));
        Fields fields = new Fields();
        fields.required("price", body.price);
        for (var sum : List.of("price", "free_over")) {
            Money given = "price".equals(sum) ? body.price : body.freeOver;
            fields.must(sum, given, money -> money.currency().equals(channel.currency()),
                "is in " + channel.currency() + " in this channel");
            fields.must(sum, given, money -> !money.isNegative(), "is not below zero");
        }
        fields.orRefuse();
        return body.price == null ? Mono.empty()
            : channels.shipping(channel, method, body.price, body.freeOver, shipping(request, channel, was, body))
                .flatMap(done -> answer(done, channel));
    }

    private Piece shipping(ServerRequest request, Channel channel, ShippingMethod was, ShippingPrice next) {
        return audit.entry(request, "channel.shipping", "channel:" + channel.code() + "/shipping/" + was.code(),
            new ShippingPrice(was.price(), was.freeOver()), next);
    }

    private Mono<Reply> answer(boolean done, Channel channel) {
        return done ? Reply.ok(channels.byCode(channel.code()).map(View::of).orElseThrow())
            : Reply.refuse(Problem.stale());
    }

    private Channel known(ServerRequest request) {
        return channels.byCode(request.pathVariable("code"))
            .orElseThrow(() -> new ProblemException(Problem.notFound("Channel")));
    }

    private record TaxRate(@Nullable String rate) {}

    private record ShippingPrice(@Nullable Money price, @Nullable Money freeOver) {}

    private record View(String code, String name, String currency, String locale, String timeZone,
        boolean pricesIncludeTax, Map<String, String> taxRates, List<ShippingMethod> shippingMethods,
        List<String> paymentMethods, List<String> countries) {

        static View of(Channel channel) {
            Map<String, String> rates = new TreeMap<>();
            channel.taxRates().forEach((category, rate) -> rates.put(category, of(rate)));
            return new View(channel.code(), channel.name(), channel.currency().getCurrencyCode(),
                channel.locale().toLanguageTag(), channel.timeZone().getId(), channel.pricesIncludeTax(), rates,
                channel.shippingMethods(), channel.paymentMethods(), channel.countries());
        }

        static String of(Percent rate) {
            return java.math.BigDecimal.valueOf(rate.basisPoints(), 2).toPlainString();
        }
    }
}
