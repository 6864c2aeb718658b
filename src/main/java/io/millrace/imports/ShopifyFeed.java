package io.millrace.imports;

import io.millrace.catalog.Image;
import io.millrace.catalog.ProductDraft;
import io.millrace.catalog.ProductStatus;
import io.millrace.catalog.ProductType;
import io.millrace.catalog.Unit;
import io.millrace.catalog.VariantDraft;
import io.millrace.channel.Channel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Shopify's product CSV as its own export writes it: consecutive rows of one `Handle` are one product; the first row
/// names it, rows with option values are variants (an empty SKU is allowed), rows with only an image are images.
final class ShopifyFeed implements Feed {
    /// Rows of one product; more is not an export of Shopify's (100 variants, 250 images).
    private static final int ROWS_MAX = 2_500;

    private final Sheet sheet;
    private final Channel channel;

    ShopifyFeed(Sheet sheet, Channel channel) {
        this.sheet = sheet;
        this.channel = channel;
    }

    @Override public boolean hasNext() {
        return sheet.peek() != null;
    }

    @Override public Entry next() {
        Sheet.Row first = sheet.next();
        if (!first.has("Handle")) return Entry.refused(List.of(first.line()), "", "Handle", "is empty");
        List<Sheet.Row> rows = new ArrayList<>(List.of(first));
        Sheet.Row more = sheet.peek();
        while (more != null && rows.size() < ROWS_MAX && more.get("Handle").equals(first.get("Handle"))) {
            rows.add(sheet.next());
            more = sheet.peek();
        }
        return entry(rows);
    }

    private Entry entry(List<Sheet.Row> rows) {
        Sheet.Row head = rows.getFirst();
        Cells cells = new Cells(channel.currency());
        List<String> notes = new ArrayList<>();
        List<VariantDraft> variants = new ArrayList<>();
        List<Image> images = new ArrayList<>();
        for (Sheet.Row row : rows) {
            if (row.has("Image Src")) images.add(new Image(row.get("Image Src"), row.get("Image Alt Text")));
            if (isVariant(row)) variants.add(variant(head, row, cells, notes));
        }
        String handle = head.get("Handle");
        List<Long> lines = rows.stream().map(Sheet.Row::line).toList();
        if (!head.has("Title")) cells.wrong("Title", "is empty on the first row of " + handle);
        if (!cells.errors().isEmpty()) return new Entry(lines, handle, new Entry.Content.Refused(cells.errors()));
        ProductDraft draft = new ProductDraft(null, channel.code(), "shopify:" + handle, handle, head.get("Title"),
            head.has("Gift Card") && head.isYes("Gift Card") ? ProductType.DIGITAL : ProductType.PHYSICAL, status(head),
            null, head.get("Body (HTML)"), empty(head.get("Vendor")),
            head.has("Variant Taxable") && !head.isYes("Variant Taxable") ? "zero" : null, null,
            attributes(head), images, null, null, variants, true, null);
        String category = head.has("Product Category") ? head.get("Product Category") : head.get("Type");
        return new Entry(lines, handle, new Entry.Content.Wanted(draft, Cells.list(category, "\\|\\|"), notes));
    }

    private static boolean isVariant(Sheet.Row row) {
        return row.has("Option1 Value") || row.has("Variant SKU") || row.has("Variant Price");
    }

    private static VariantDraft variant(Sheet.Row head, Sheet.Row row, Cells cells, List<String> notes) {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 1; i <= 3; i++) {
            String name = head.get("Option" + i + " Name");
            String value = row.get("Option" + i + " Value");
            // Shopify writes Title = Default Title for a product that has no options at all
            if (!value.isEmpty() && !value.equals("Default Title"))
                options.put(name.isEmpty() ? "Option" : name, value);
        }
        Long grams = cells.whole(row, "Variant Grams");
        return new VariantDraft(null, empty(row.get("Variant SKU").replaceFirst("^'", "")),
            String.join(" / ", options.values()), options, Unit.PIECE, 1L, null,
            grams == null || grams == 0 ? null : grams.intValue(), empty(row.get("Variant Image")), null, null,
            cells.price(row, "Variant Price"), null, cells.stock(row, "Variant Inventory Qty", notes));
    }

    private static ProductStatus status(Sheet.Row head) {
        return switch (head.get("Status")) {
            case "draft" -> ProductStatus.DRAFT;
            case "archived" -> ProductStatus.ARCHIVED;
            default -> head.has("Published") && !head.isYes("Published") ? ProductStatus.DRAFT : ProductStatus.ACTIVE;
        };
    }

    private static Map<String, Object> attributes(Sheet.Row head) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        List<String> tags = Cells.list(head.get("Tags"), ",");
        if (!tags.isEmpty()) attributes.put("tags", tags);
        if (head.has("Type")) attributes.put("type", head.get("Type"));
        return attributes;
    }

    private static @Nullable String empty(String text) {
        return text.isEmpty() ? null : text;
    }

    @Override public void close() {
        sheet.close();
    }
}
