package io.millrace.channel;

import io.millrace.http.Ids;
import io.millrace.http.Json;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.money.Money;
import io.millrace.money.Percent;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;

/// The cellar: every channel's terms, read whole in one statement, changed one at a time.
final class Terms {
    private static final TypeReference<List<Stored>> LIST = new TypeReference<>() {};
    private static final String ALL = """
        select coalesce(jsonb_agg(to_jsonb(c) || jsonb_build_object(
                   'tax_rates', (select jsonb_object_agg(t.category, t.basis_points)
                                   from channel.tax_rates t where t.channel = c.code),
                   'shipping', (select coalesce(jsonb_agg(s order by s.position), '[]')
                                  from channel.shipping_methods s where s.channel = c.code))
               order by c.position), '[]')::text as channels
          from channel.channels c
        """;

    private final Postgres postgres;
    private final Messaging messaging;
    private final Ids ids;
    private final InstantSource clock;

    Terms(Postgres postgres, Messaging messaging, Ids ids, InstantSource clock) {
        this.postgres = postgres;
        this.messaging = messaging;
        this.ids = ids;
        this.clock = clock;
    }

    Mono<List<Channel>> all() {
        return postgres.query(ALL, Map.of(), row -> String.valueOf(row.get("channels", String.class))).single()
            .map(json -> Json.OURS.readValue(json, LIST).stream().map(Stored::channel).toList());
    }

    /// Sets the rate of one category of goods; what was sold already keeps its own.
    Mono<Boolean> tax(Channel channel, String category, Percent rate, Piece entry) {
        return change(channel, entry, Piece.of("""
            tax_rate as (
                insert into channel.tax_rates (channel, category, basis_points)
                values (:channel, :category, :rate)
                on conflict (channel, category) do update set basis_points = excluded.basis_points)""")
            .bind("channel", channel.code()).bind("category", category).bind("rate", rate.basisPoints()));
    }

    /// Sets what one way to ship costs.
    Mono<Boolean> shipping(Channel channel, String method, Money price, @Nullable Money freeOver, Piece entry) {
        return change(channel, entry, Piece.of("""
            shipping_price as (
                update channel.shipping_methods set price_minor = :price, free_over_minor = :free_over
                 where channel = :channel and code = :method)""")
            .bind("channel", channel.code()).bind("method", method).bind("price", price.minor())
            .bind("free_over", freeOver == null ? null : freeOver.minor(), Long.class));
    }

    /// False when somebody else changed the channel meanwhile.
    private Mono<Boolean> change(Channel channel, Piece entry, Piece piece) {
        long next = channel.version() + 1;
        return messaging.commit(Change.of(piece, entry, Piece.of("""
                channel_version as (
                    update channel.channels set version = :next where code = :channel and version = :next - 1
                    returning 1)""")
            .bind("channel", channel.code()).bind("next", next)
            .check("exists (select from channel_version)", Refused.STALE))
            .tells(new ChannelEvent.ChannelChanged(ids.next(), next, clock.instant(), channel.code())))
            .thenReturn(true)
            .onErrorResume(Refused.class, refused -> refused.is(Refused.STALE) ? Mono.just(false)
                : Mono.error(refused));
    }

    /// The rows as PostgreSQL makes them JSON.
    private record Stored(String code, String name, String currency, String locale, String timeZone,
        boolean pricesIncludeTax, List<String> paymentMethods, List<String> countries, List<String> hosts,
        @Nullable String phoneForm, @Nullable String identityDocument, long version, Map<String, Integer> taxRates,
        List<StoredShipping> shipping) {

        Channel channel() {
            Currency money = Currency.getInstance(currency);
            Map<String, Percent> rates = new LinkedHashMap<>();
            taxRates.forEach((category, points) -> rates.put(category, new Percent(points)));
            return new Channel(code, name, money, Locale.forLanguageTag(locale), ZoneId.of(timeZone),
                pricesIncludeTax, rates, shipping.stream().map(method -> method.method(money)).toList(),
                paymentMethods, countries, hosts, new Channel.Policies(phoneForm, identityDocument), version);
        }
    }

    private record StoredShipping(String code, String name, long priceMinor, @Nullable Long freeOverMinor,
        String taxCategory, boolean addressed) {

        ShippingMethod method(Currency money) {
            return new ShippingMethod(code, name, new Money(priceMinor, money),
                freeOverMinor == null ? null : new Money(Objects.requireNonNull(freeOverMinor), money), taxCategory,
                addressed);
        }
    }
}
