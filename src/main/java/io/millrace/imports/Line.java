package io.millrace.imports;

import io.millrace.catalog.Image;
import io.millrace.catalog.Offer;
import io.millrace.catalog.ProductDraft;
import io.millrace.catalog.ProductStatus;
import io.millrace.catalog.ProductType;
import io.millrace.catalog.Unit;
import io.millrace.catalog.VariantDraft;
import io.millrace.channel.Channel;
import io.millrace.http.Fields;
import io.millrace.http.ProblemException;
import io.millrace.money.Money;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One line of NDJSON. A product with one variant may say `sku`, `price` and `stock` itself; prices are decimal text in
/// the channel's currency.
record Line(@Nullable String externalKey, @Nullable String slug, @Nullable String name, @Nullable ProductType type,
    @Nullable ProductStatus status, @Nullable String shortDescription, @Nullable String description,
    @Nullable String brand, @Nullable String taxCategory, @Nullable Map<String, Object> attributes,
    @Nullable List<Image> images, @Nullable List<String> categories, @Nullable Integer featured,
    @Nullable List<Form> variants, @Nullable String sku, @Nullable String price, @Nullable List<Break> breaks,
    @Nullable Long stock, @Nullable Integer weightGrams) {

    /// One variant.
    record Form(@Nullable String sku, @Nullable String name, @Nullable Map<String, String> options, @Nullable Unit unit,
        @Nullable Long factor, @Nullable String pool, @Nullable Integer weightGrams, @Nullable String imageUrl,
        @Nullable Boolean isDefault, @Nullable Boolean active, @Nullable String price, @Nullable List<Break> breaks,
        @Nullable Long stock) {}

    /// From this quantity on, one costs this much.
    record Break(@Nullable Integer fromQuantity, @Nullable String price) {}

    Entry entry(long line, Channel channel) {
        Fields fields = new Fields();
        List<VariantDraft> drafts = new ArrayList<>();
        Form only = new Form(sku, "", null, null, null, null, weightGrams, null, null, null, price, breaks, stock);
        if (variants == null) drafts.add(draft(only, "", fields, channel));
        else
            for (int i = 0; i < variants.size(); i++)
                drafts.add(draft(variants.get(i), "variants[" + i + "].", fields, channel));
        String key = externalKey != null ? externalKey : sku != null ? sku : Objects.requireNonNullElse(name, "");
        try {
            fields.orRefuse();
        } catch (ProblemException e) {
            return new Entry(List.of(line), key, new Entry.Content.Refused(e.problem().errors()));
        }
        ProductDraft draft = new ProductDraft(null, channel.code(), externalKey, slug, name, type, status,
            shortDescription, description, brand, taxCategory, null, attributes, images, null, featured, drafts,
            variants != null, null);
        return new Entry(List.of(line), key, new Entry.Content.Wanted(draft,
            categories == null ? List.of() : categories, List.of()));
    }

    private static @Nullable Money amount(String field, @Nullable String text, Fields fields, Channel channel) {
        if (text == null) return null;
        Money amount = fields.make(field, () -> Money.decimal(text, channel.currency()));
        if (amount != null && amount.isNegative()) fields.wrong(field, "is below zero");
        return amount;
    }

    private static @Nullable List<Offer.Break> steps(String field, @Nullable List<Break> breaks, Fields fields,
        Channel channel) {
        if (breaks == null) return null;
        List<Offer.Break> steps = new ArrayList<>();
        for (int i = 0; i < breaks.size(); i++) {
            String at = field + "[" + i + "].";
            Integer from = fields.required(at + "from_quantity", breaks.get(i).fromQuantity());
            fields.required(at + "price", breaks.get(i).price());
            Money price = amount(at + "price", breaks.get(i).price(), fields, channel);
            if (from != null && price != null) steps.add(new Offer.Break(from, price));
        }
        return steps;
    }

    private static VariantDraft draft(Form form, String at, Fields fields, Channel channel) {
        if (form.stock != null && form.stock < 0) fields.wrong(at + "stock", "is below zero");
        return new VariantDraft(null, form.sku, form.name, form.options, form.unit, form.factor, form.pool,
            form.weightGrams, form.imageUrl, form.isDefault, form.active,
            amount(at + "price", form.price, fields, channel), steps(at + "breaks", form.breaks, fields, channel),
            form.stock);
    }
}
