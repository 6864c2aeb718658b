package io.millrace.pricing;

import io.millrace.channel.Channel;
import io.millrace.channel.ShippingMethod;
import io.millrace.postgres.Piece;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// What things cost: quotes for the rooms above, from the channel's base price list, its taxes and ways to ship.
///
/// A quote never changes and nothing of it is kept: whoever charges asks again and compares with what the buyer agreed
/// to ([Quote#differenceFrom]).
public final class Pricing {
    /// For this long a client may show a quote without asking again.
    public static final Duration QUOTE_LIFE = Duration.ofMinutes(15);

    private final PriceLists lists;
    private final InstantSource clock;

    Pricing(PriceLists lists, InstantSource clock) {
        this.lists = lists;
        this.clock = clock;
    }

    /// Quotes these wants at the present prices; one statement.
    ///
    /// @param shipping the code of the way to ship; without one the channel's first, when any of the goods travel
    public Mono<Quoting> quote(Channel channel, Collection<Want> wants, @Nullable String shipping) {
        return tags(channel.code(), wants.stream().map(Want::variantId).distinct().toList())
            .map(tags -> quote(channel, wants, tags, shipping));
    }

    /// The same from prices that were read before.
    public Quoting quote(Channel channel, Collection<Want> wants, Map<UUID, PriceTag> tags,
        @Nullable String shipping) {
        ShippingMethod method = shipping != null ? channel.shippingMethod(shipping).orElse(null)
            : channel.shippingMethods().isEmpty() ? null : channel.shippingMethods().getFirst();
        if (shipping != null && method == null) return new Quoting.UnknownShipping(shipping);
        var rules = new Rules(channel.code(), channel.currency(), channel.pricesIncludeTax(), channel.taxRates());
        var way = method == null ? null
            : new Calculation.Way(method.code(), method.name(), method.taxCategory(), method::priceFor);
        return Calculation.price(rules, wants, tags, way, clock.instant().plus(QUOTE_LIFE));
    }

    /// The prices of these variants on the channel's base list; those without a price are absent.
    public Mono<Map<UUID, PriceTag>> tags(String channel, Collection<UUID> variants) {
        return variants.isEmpty() ? Mono.just(Map.of()) : lists.tags(channel, variants);
    }

    /// The same as a piece to fold into one's own statement; it answers `pricing_tags`, for [#read].
    public static Piece tagsPiece(String channel, Collection<UUID> variants) {
        return PriceLists.tagsOf(channel, variants);
    }

    /// The same for the variants of an earlier CTE `wanted (variant_id)` of the statement.
    public static Piece wantedTagsPiece(String channel) {
        return PriceLists.tagsWanted(channel);
    }

    /// Reads what the pieces answered.
    public static Map<UUID, PriceTag> read(@Nullable String pricingTags) {
        return PriceLists.read(pricingTags);
    }
}
