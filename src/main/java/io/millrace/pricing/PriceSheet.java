package io.millrace.pricing;

import io.millrace.money.Money;
import io.millrace.pricing.PricingEvent.Break;
import io.millrace.pricing.PricingEvent.Price;
import java.time.Instant;
import java.util.Collection;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The prices of one product's variants on one list, as they stand in version `version` (0: never priced).
record PriceSheet(String list, UUID productId, long version, Map<UUID, PriceTag> tags) {
    PriceSheet {
        tags = new TreeMap<>(tags);
    }

    /// What a writer said about one variant: a list price, breaks, or both; null is "as it was".
    record Word(UUID variantId, @Nullable Long listMinor, @Nullable List<PriceTag.Step> breaks) {}

    /// The sheet after these words, for a product that has exactly these variants now: others lose their price.
    PriceSheet after(Collection<Word> words, Collection<UUID> variants) {
        Map<UUID, PriceTag> next = new TreeMap<>(tags);
        next.keySet().retainAll(variants);
        for (Word word : words) {
            PriceTag tag = after(word, next.get(word.variantId()));
            if (tag != null && variants.contains(word.variantId())) next.put(word.variantId(), tag);
        }
        return with(next);
    }

    /// The sheet with these prices; the next version when any of them is new, else this very one.
    PriceSheet with(Map<UUID, PriceTag> next) {
        return next.equals(tags) ? this : new PriceSheet(list, productId, version + 1, next);
    }

    /// What one word makes of a tag. A break that costs more than a smaller quantity is no break and is left out:
    /// when the list price falls below old breaks, they fall away with it.
    private static @Nullable PriceTag after(Word word, @Nullable PriceTag before) {
        Long list = word.listMinor() != null ? word.listMinor() : before == null ? null : (Long) before.listMinor();
        if (list == null || list < 0 || list > Quote.MINOR_MAX) return before;
        List<PriceTag.Step> breaks = word.breaks() != null ? word.breaks()
            : before == null ? List.of() : before.steps().subList(1, before.steps().size());
        return PriceTag.lenient(list, breaks);
    }

    /// The fact that the prices are these now.
    PricingEvent.PricesChanged told(UUID id, Instant at, Currency currency) {
        Money from = tags.values().stream().map(tag -> new Money(tag.listMinor(), currency)).min(Money::compareTo)
            .orElse(null);
        return new PricingEvent.PricesChanged(id, version, at, list, productId, from, prices(currency));
    }

    List<Price> prices(Currency currency) {
        Map<UUID, Price> prices = new LinkedHashMap<>();
        tags.forEach((variant, tag) -> prices.put(variant, new Price(variant, new Money(tag.listMinor(), currency),
            tag.steps().stream().skip(1)
                .map(step -> new Break(step.fromQuantity(), new Money(step.minor(), currency))).toList())));
        return List.copyOf(prices.values());
    }
}
