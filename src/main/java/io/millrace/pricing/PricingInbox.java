package io.millrace.pricing;

import io.millrace.catalog.CatalogEvent;
import io.millrace.catalog.Offer;
import io.millrace.catalog.Product;
import io.millrace.catalog.Variant;
import io.millrace.channel.Channels;
import io.millrace.http.Ids;
import io.millrace.messaging.Change;
import io.millrace.messaging.InTransaction;
import io.millrace.pricing.PriceSheet.Word;
import java.util.ArrayList;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;

/// Hears what catalogue writers said about prices and puts it on the channel's base list, in the same transaction.
/// Prices that are so already are neither written nor told.
final class PricingInbox implements InTransaction<CatalogEvent> {
    private final PriceLists lists;
    private final Channels channels;
    private final Ids ids;

    PricingInbox(PriceLists lists, Channels channels, Ids ids) {
        this.lists = lists;
        this.channels = channels;
        this.ids = ids;
    }

    @Override public Class<CatalogEvent> page() {
        return CatalogEvent.class;
    }

    @Override public Mono<Change> hear(List<CatalogEvent> facts, Change change) {
        Map<UUID, Heard> products = new LinkedHashMap<>();
        for (CatalogEvent fact : facts) {
            Heard heard = heard(fact);
            if (heard != null) products.put(heard.productId(), heard);
        }
        return products.isEmpty() ? Mono.just(change)
            : lists.sheets(products.keySet()).map(sheets -> changed(products, sheets, change));
    }

    /// What a fact means here: the variants a product has now, and the words about their prices.
    private record Heard(CatalogEvent fact, String channel, UUID productId, List<UUID> variants, List<Word> words) {}

    private static @org.jspecify.annotations.Nullable Heard heard(CatalogEvent fact) {
        return switch (fact) {
            case CatalogEvent.ProductSaved saved -> heard(saved, saved.product());
            case CatalogEvent.ProductRemoved gone ->
                new Heard(gone, gone.channel(), gone.productId(), List.of(), List.of());
            case CatalogEvent.CategorySaved _,CatalogEvent.CategoryRemoved _ -> null;
        };
    }

    private static Heard heard(CatalogEvent.ProductSaved fact, Product product) {
        return new Heard(fact, product.channel(), product.id(), product.variants().stream().map(Variant::id).toList(),
            fact.offers().stream().filter(offer -> offer.price() != null || offer.breaks() != null)
                .map(PricingInbox::word).toList());
    }

    private static Word word(Offer offer) {
        var price = offer.price();
        var breaks = offer.breaks();
        return new Word(offer.variantId(), price == null ? null : (Long) price.minor(), breaks == null ? null
            : breaks.stream().map(step -> new PriceTag.Step(step.fromQuantity(), step.price().minor())).toList());
    }

    private Change changed(Map<UUID, Heard> products, Map<UUID, PriceSheet> sheets, Change change) {
        Map<PriceSheet, PriceSheet> moved = new LinkedHashMap<>();
        List<PricingEvent> told = new ArrayList<>();
        for (Heard heard : products.values()) {
            PriceSheet before = sheets.getOrDefault(heard.productId(),
                new PriceSheet(heard.channel(), heard.productId(), 0, Map.of()));
            PriceSheet next = before.after(heard.words(), heard.variants());
            if (next == before) continue;
            moved.put(next, before);
            told.add(next.told(ids.next(), heard.fact().at(), currency(heard.channel())));
        }
        return moved.isEmpty() ? change
            : change.with(PriceLists.write(moved, products.values().iterator().next().fact().at()))
                .tells(told.toArray(PricingEvent[]::new));
    }

    private Currency currency(String channel) {
        return channels.byCode(channel)
            .orElseThrow(() -> new IllegalStateException("a product of the unknown channel " + channel)).currency();
    }
}
