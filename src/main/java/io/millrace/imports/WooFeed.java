package io.millrace.imports;

import io.millrace.catalog.Image;
import io.millrace.catalog.ProductDraft;
import io.millrace.catalog.ProductStatus;
import io.millrace.catalog.ProductType;
import io.millrace.catalog.Unit;
import io.millrace.catalog.VariantDraft;
import io.millrace.channel.Channel;
import io.millrace.money.Money;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// WooCommerce's product CSV: one row a product, variations in rows of their own that name their parent by SKU or
/// `id:741`. Grouped and external products cannot be sold here and are refused with the reason.
final class WooFeed implements Feed {
    /// What a product that is in stock but not counted in the source gets; its line says so.
    static final long UNCOUNTED_STOCK = 1_000;
    private static final Pattern WEIGHT = Pattern.compile("\\d{1,5}(\\.\\d{1,9})?|\\.\\d{1,9}");

    private final Sheet sheet;
    private final Channel channel;
    private final LocalDate today;
    /// Parents are named by SKU or by id; both lead to the same key. Bounded by the variable products of one file.
    private final Map<String, String> keys = new LinkedHashMap<>();

    WooFeed(Sheet sheet, Channel channel, LocalDate today) {
        this.sheet = sheet;
        this.channel = channel;
        this.today = today;
    }

    @Override public boolean hasNext() {
        return sheet.peek() != null;
    }

    @Override public Entry next() {
        Sheet.Row row = sheet.next();
        List<String> types = Cells.list(row.get("Type"), ",");
        List<Long> lines = List.of(row.line());
        if (types.contains("grouped"))
            return Entry.refused(lines, key(row), "Type", "a grouped product has no price or stock of its own");
        if (types.contains("external"))
            return Entry.refused(lines, key(row), "Type", "an external product is sold elsewhere");
        if (types.contains("variation")) return variation(row);
        if (!types.contains("simple") && !types.contains("variable"))
            return Entry.refused(lines, key(row), "Type", "is not a type of product WooCommerce has");
        return product(row, types);
    }

    private Entry product(Sheet.Row row, List<String> types) {
        Cells cells = new Cells(channel.currency());
        List<String> notes = new ArrayList<>();
        boolean virtual = types.contains("virtual") || types.contains("downloadable");
        boolean variable = types.contains("variable");
        List<VariantDraft> variants = variable ? List.of() : List.of(variant(row, "", Map.of(), cells, notes));
        String key = key(row);
        if (variable && row.has("ID")) keys.put("id:" + row.get("ID"), key);
        if (!row.has("Name")) cells.wrong("Name", "is empty");
        if (!cells.errors().isEmpty())
            return new Entry(List.of(row.line()), key, new Entry.Content.Refused(cells.errors()));
        List<Image> images = Cells.list(row.get("Images"), ",").stream().map(url -> new Image(url, row.get("Name")))
            .toList();
        ProductDraft draft = new ProductDraft(null, channel.code(), key, null, row.get("Name"),
            virtual ? ProductType.DIGITAL : ProductType.PHYSICAL,
            "1".equals(row.get("Published")) ? ProductStatus.ACTIVE : ProductStatus.DRAFT,
            row.get("Short description"), row.get("Description"), null, taxCategory(row), null, attributes(row), images,
            null, row.isYes("Is featured?") ? 1 : null, variants, false, null);
        return new Entry(List.of(row.line()), key,
            new Entry.Content.Wanted(draft, Cells.list(row.get("Categories"), ","), notes));
    }

    private Entry variation(Sheet.Row row) {
        String parent = row.get("Parent");
        if (parent.isEmpty()) return Entry.refused(List.of(row.line()), row.get("SKU"), "Parent", "is empty");
        String key = keys.getOrDefault(parent, "woo:" + parent);
        Cells cells = new Cells(channel.currency());
        List<String> notes = new ArrayList<>();
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 1; row.has("Attribute " + i + " name"); i++)
            if (row.has("Attribute " + i + " value(s)"))
                options.put(row.get("Attribute " + i + " name"), row.get("Attribute " + i + " value(s)"));
        VariantDraft variant = variant(row, String.join(" / ", options.values()), options, cells, notes);
        if (!cells.errors().isEmpty())
            return new Entry(List.of(row.line()), key, new Entry.Content.Refused(cells.errors()));
        ProductDraft draft = new ProductDraft(null, channel.code(), key, null, null, null, null, null, null, null, null,
            null, null, null, null, null, List.of(variant), false, null);
        return new Entry(List.of(row.line()), key, new Entry.Content.Wanted(draft, List.of(), notes));
    }

    private VariantDraft variant(Sheet.Row row, String name, Map<String, String> options, Cells cells,
        List<String> notes) {
        Long stock = cells.stock(row, "Stock", notes);
        if (stock == null && row.isYes("In stock?")) {
            notes.add("in stock but not counted in the source, put at " + UNCOUNTED_STOCK);
            stock = UNCOUNTED_STOCK;
        }
        boolean active = !row.has("Published") || "1".equals(row.get("Published"));
        String image = Cells.list(row.get("Images"), ",").stream().findFirst().orElse(null);
        return new VariantDraft(null, row.has("SKU") ? row.get("SKU") : null, name, options, Unit.PIECE, 1L, null,
            grams(row, cells), name.isEmpty() ? null : image, null, active, price(row, cells, notes), null, stock);
    }

    private @Nullable Money price(Sheet.Row row, Cells cells, List<String> notes) {
        Money regular = cells.price(row, "Regular price");
        Money sale = cells.price(row, "Sale price");
        if (sale != null && isOnSale(row, cells)) return sale;
        if (regular == null && cells.errors().isEmpty()) notes.add("has no price, so it cannot be bought yet");
        return regular;
    }

    private boolean isOnSale(Sheet.Row row, Cells cells) {
        LocalDate from = date(row, "Date sale price starts", cells);
        LocalDate until = date(row, "Date sale price ends", cells);
        return (from == null || !today.isBefore(from)) && (until == null || !today.isAfter(until));
    }

    private static @Nullable LocalDate date(Sheet.Row row, String column, Cells cells) {
        if (!row.has(column)) return null;
        try {
            return LocalDate.parse(row.get(column).split("[ T]")[0]);
        } catch (DateTimeParseException e) {
            cells.wrong(column, "is not a date");
            return null;
        }
    }

    private static @Nullable Integer grams(Sheet.Row row, Cells cells) {
        if (!row.has("Weight (kg)")) return null;
        // plain digits only: 1e999999999 is a number too, of as many digits
        if (!WEIGHT.matcher(row.get("Weight (kg)")).matches()) {
            cells.wrong("Weight (kg)", "is not a number of kilograms");
            return null;
        }
        int grams = new BigDecimal(row.get("Weight (kg)")).movePointRight(3).intValue();
        return grams == 0 ? null : (Integer) grams;
    }

    private static @Nullable String taxCategory(Sheet.Row row) {
        if ("none".equals(row.get("Tax status"))) return "zero";
        return switch (row.get("Tax class")) {
            case "reduced-rate" -> "reduced";
            case "zero-rate" -> "zero";
            default -> null;
        };
    }

    private static Map<String, Object> attributes(Sheet.Row row) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        List<String> tags = Cells.list(row.get("Tags"), ",");
        if (!tags.isEmpty()) attributes.put("tags", tags);
        for (int i = 1; row.has("Attribute " + i + " name"); i++)
            attributes.put(row.get("Attribute " + i + " name"), row.get("Attribute " + i + " value(s)"));
        return attributes;
    }

    private static String key(Sheet.Row row) {
        if (row.has("SKU")) return "woo:" + row.get("SKU");
        return row.has("ID") ? "woo:id:" + row.get("ID") : "woo:name:" + row.get("Name");
    }

    @Override public void close() {
        sheet.close();
    }
}
