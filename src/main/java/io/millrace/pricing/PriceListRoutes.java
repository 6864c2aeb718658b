package io.millrace.pricing;

import io.millrace.audit.Audit;
import io.millrace.catalog.Catalog;
import io.millrace.catalog.Variant;
import io.millrace.channel.Channel;
import io.millrace.channel.Channels;
import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Reply;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import io.millrace.money.Money;
import io.millrace.pricing.PricingEvent.Break;
import io.millrace.pricing.PricingEvent.Price;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// Price lists for admins: read and set a product's prices with their quantity breaks.
final class PriceListRoutes {
    private static final Access WRITE = Access.needs("pricing:write");
    private static final int PER_PAGE = 20;
    private static final int PER_PAGE_MAX = 100;
    private static final int PRICES_MAX = 500;
    private static final UUID FIRST = new UUID(0, 0);

    private final PriceLists lists;
    private final Channels channels;
    private final Catalog catalog;
    private final Messaging messaging;
    private final Audit audit;
    private final Ids ids;
    private final InstantSource clock;

    PriceListRoutes(PriceLists lists, Channels channels, Catalog catalog, Messaging messaging, Audit audit,
        Ids ids, InstantSource clock) {
        this.lists = lists;
        this.channels = channels;
        this.catalog = catalog;
        this.messaging = messaging;
        this.audit = audit;
        this.ids = ids;
        this.clock = clock;
    }

    void table(io.millrace.http.Rows rows) {
        rows.GET("", WRITE, this::all);
        rows.GET("/{list}", WRITE, this::page);
        rows.GET("/{list}/products/{productId}", WRITE, this::show);
        rows.PUT("/{list}/products/{productId}", WRITE, this::put);
    }

    /// A list as a whole: the base list of a channel has the channel's code.
    private record ListView(String code, String channel, String currency, boolean pricesIncludeTax, boolean base) {}

    /// A product's prices.
    private record SheetView(String list, UUID productId, long version, List<Price> prices) {}

    private record Body(@Nullable List<PriceBody> prices) {}

    private record PriceBody(@Nullable UUID variantId, @Nullable Money price, @Nullable List<BreakBody> breaks) {}

    private record BreakBody(@Nullable Integer fromQuantity, @Nullable Money price) {}

    private Mono<Reply> all(ServerRequest request) {
        return Reply.ok(channels.all().stream().map(channel -> new ListView(channel.code(), channel.code(),
            channel.currency().getCurrencyCode(), channel.pricesIncludeTax(), true)).toList());
    }

    private Mono<Reply> page(ServerRequest request) {
        Channel channel = list(request);
        int perPage = request.queryParam("per_page").map(PriceListRoutes::perPage).orElse(PER_PAGE);
        UUID after = request.queryParam("cursor").map(text -> Ids.read(text).orElseThrow(
            () -> new ProblemException(Problem.invalid("cursor", "is not a cursor of this list")))).orElse(FIRST);
        return lists.page(channel.code(), after, perPage + 1).collectList().flatMap(sheets -> {
            boolean more = sheets.size() > perPage;
            List<PriceSheet> shown = more ? sheets.subList(0, perPage) : sheets;
            String next = more ? shown.getLast().productId().toString() : null;
            return Reply.page(shown.stream().map(sheet -> view(sheet, channel)).toList(),
                new Reply.Pagination(null, perPage, null, null, null, null, next));
        });
    }

    private Mono<Reply> show(ServerRequest request) {
        Channel channel = list(request);
        return sheet(channel, product(request))
            .flatMap(sheet -> sheet.version() == 0 ? Reply.refuse(Problem.notFound("This product's prices were"))
                : answer(sheet, channel));
    }

    private Mono<Reply> put(ServerRequest request) {
        Channel channel = list(request);
        UUID product = product(request);
        Map<UUID, PriceTag> tags = tags(Api.body(request, Body.class), channel);
        @Nullable String ifMatch = request.headers().firstHeader("If-Match");
        return known(channel, product, tags)
            .then(Change.retryStale(() -> sheet(channel, product)
                .flatMap(before -> ifMatch != null && !ifMatch.equals("*") && !ifMatch.equals(etag(before))
                    ? Reply.refuse(Problem.stale()) : written(request, before, before.with(tags), channel))));
    }

    private Mono<Reply> written(ServerRequest request, PriceSheet before, PriceSheet next, Channel channel) {
        if (next == before) return answer(before, channel);
        var now = clock.instant();
        Piece entry = audit.entry(request, "price.set", "prices:" + next.list() + "/" + next.productId(),
            view(before, channel), view(next, channel));
        return messaging.commit(Change.of(PriceLists.write(Map.of(next, before), now), entry)
            .tells(next.told(ids.next(), now, channel.currency()))).then(answer(next, channel));
    }

    /// Only variants of this product can be priced here.
    private Mono<Void> known(Channel channel, UUID product, Map<UUID, PriceTag> tags) {
        return catalog.variants(channel.code(), tags.keySet()).doOnNext(found -> {
            List<UUID> own = found.stream().filter(variant -> variant.productId().equals(product)).map(Variant::id)
                .toList();
            for (UUID variant : tags.keySet())
                if (!own.contains(variant))
                    throw new ProblemException(Problem.invalid("prices", variant + " is not a variant of the product"));
        }).then();
    }

    private Mono<PriceSheet> sheet(Channel channel, UUID product) {
        return lists.sheets(List.of(product)).map(sheets -> {
            PriceSheet sheet = sheets.get(product);
            return sheet != null && sheet.list().equals(channel.code()) ? sheet
                : new PriceSheet(channel.code(), product, 0, Map.of());
        });
    }

    private static Map<UUID, PriceTag> tags(Body body, Channel channel) {
        Fields fields = new Fields();
        Map<UUID, PriceTag> tags = new HashMap<>();
        List<PriceBody> prices = body.prices() == null ? List.of() : body.prices();
        if (prices.isEmpty()) fields.wrong("prices", "is required");
        if (prices.size() > PRICES_MAX) fields.wrong("prices", "has more than " + PRICES_MAX + " entries");
        for (int i = 0; i < prices.size() && i < PRICES_MAX; i++) {
            String at = "prices[" + i + "]";
            PriceBody price = prices.get(i);
            UUID variant = fields.required(at + ".variant_id", price.variantId());
            List<PriceTag.Step> steps = new java.util.ArrayList<>();
            steps.add(new PriceTag.Step(1, minor(fields, at + ".price", price.price(), channel)));
            List<BreakBody> breaks = price.breaks() == null ? List.of() : price.breaks();
            for (int j = 0; j < breaks.size() && j < PriceTag.STEPS_MAX; j++) {
                String step = at + ".breaks[" + j + "]";
                Integer from = fields.required(step + ".from_quantity", breaks.get(j).fromQuantity());
                steps.add(new PriceTag.Step(from == null ? 0 : from,
                    minor(fields, step + ".price", breaks.get(j).price(), channel)));
            }
            if (!fields.isClean()) continue;
            PriceTag tag = fields.make(at, () -> new PriceTag(steps));
            if (variant != null && tag != null && tags.put(variant, tag) != null)
                fields.wrong(at + ".variant_id", "is there twice");
        }
        fields.orRefuse();
        return tags;
    }

    private static long minor(Fields fields, String field, @Nullable Money price, Channel channel) {
        fields.required(field, price);
        fields.must(field, price, sum -> sum.currency().equals(channel.currency()), "must be in "
            + channel.currency());
        return price == null ? 0 : price.minor();
    }

    private static int perPage(String text) {
        if (!text.matches("\\d{1,3}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > PER_PAGE_MAX)
            throw new ProblemException(Problem.invalid("per_page", "is 1 to " + PER_PAGE_MAX));
        return Integer.parseInt(text);
    }

    private Channel list(ServerRequest request) {
        return channels.byCode(request.pathVariable("list"))
            .orElseThrow(() -> new ProblemException(Problem.notFound("This price list was")));
    }

    private static UUID product(ServerRequest request) {
        return Ids.read(request.pathVariable("productId"))
            .orElseThrow(() -> new ProblemException(Problem.notFound("This product was")));
    }

    private static Mono<Reply> answer(PriceSheet sheet, Channel channel) {
        return Reply.ok(view(sheet, channel)).map(reply -> reply.header("ETag", etag(sheet)));
    }

    private static SheetView view(PriceSheet sheet, Channel channel) {
        return new SheetView(sheet.list(), sheet.productId(), sheet.version(), sheet.prices(channel.currency()));
    }

    private static String etag(PriceSheet sheet) {
        return "\"" + sheet.version() + "\"";
    }
}
