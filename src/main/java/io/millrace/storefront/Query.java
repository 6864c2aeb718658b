package io.millrace.storefront;

import io.millrace.channel.Channel;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.money.Money;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a shopper asks of a list: filters, order and place, born valid from the parameters of a URL. Pure.
///
/// Parameters that are not known are ignored; known ones that make no sense are refused together. [#key] is the same
/// for all ways to ask the same.
record Query(@Nullable String category, List<String> words, @Nullable Long minPrice, @Nullable Long maxPrice,
    @Nullable Boolean inStock, @Nullable String type, @Nullable UUID seller, @Nullable String brand, Sort sort,
    int page, int perPage, @Nullable Cursor cursor) {
    static final int PER_PAGE = 20;
    static final int PER_PAGE_MAX = 100;
    /// Further on there is the cursor, at constant cost.
    static final int ROWS_SKIPPED_MAX = 100_000;
    private static final int WORDS_MAX = 8;
    private static final int TEXT_CHARS_MAX = 200;
    private static final int CURSOR_CHARS_MAX = 2_000;
    private static final Pattern KEY = Pattern.compile("\\d{1,19}");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final Pattern TYPE = Pattern.compile("[a-z_]{1,32}");

    /// The orders there are: nothing a client says becomes SQL.
    enum Sort {
        NEWEST("newest", "p.id", "uuid", true), NAME("name", "p.name_key", "text", false), NAME_DOWN("-name",
            "p.name_key", "text",
            true), PRICE("price", "p.price_key", "bigint", false), PRICE_DOWN("-price", "p.price_key", "bigint", true);

        final String word;
        final String key;
        final String type;
        final boolean down;

        Sort(String word, String key, String type, boolean down) {
            this.word = word;
            this.key = key;
            this.type = type;
            this.down = down;
        }

        static @Nullable Sort of(String word) {
            for (Sort sort : values()) if (sort.word.equals(word)) return sort;
            return null;
        }
    }

    /// The last row that was shown: where to go on.
    record Cursor(String key, UUID id) {
        String text(Sort sort) {
            return Base64.getUrlEncoder().withoutPadding()
                .encodeToString((sort.word + "|" + id + "|" + key).getBytes(StandardCharsets.UTF_8));
        }

        static @Nullable Cursor of(String text, Sort sort) {
            if (text.length() > CURSOR_CHARS_MAX) return null;
            try {
                String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
                String[] parts = plain.split("\\|", 3);
                if (parts.length != 3 || !parts[0].equals(sort.word) || parts[2].indexOf('\0') >= 0) return null;
                if (sort.type.equals("bigint") && !KEY.matcher(parts[2]).matches()) return null;
                if (sort.type.equals("bigint")) Long.parseLong(parts[2]);
                return Ids.read(parts[1]).map(id -> new Cursor(parts[2], id)).orElse(null);
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
    }

    /// Reads the parameters; `category` given by the path wins over the parameter.
    static Query of(Map<String, String> parameters, Channel channel, @Nullable String shelf, Fields fields) {
        Sort sort = Sort.of(parameters.getOrDefault("sort", "newest"));
        if (sort == null) fields.wrong("sort", "is one of newest, name, -name, price, -price");
        Sort order = sort == null ? Sort.NEWEST : sort;
        int perPage = number("per_page", parameters.get("per_page"), PER_PAGE, PER_PAGE_MAX, fields);
        int page = number("page", parameters.get("page"), 1, ROWS_SKIPPED_MAX / perPage + 1, fields);
        String after = parameters.get("cursor");
        Cursor cursor = after == null ? null : Cursor.of(after, order);
        if (after != null && cursor == null) fields.wrong("cursor", "is not a cursor of this list");
        if (after != null && parameters.containsKey("page")) fields.wrong("page", "goes without a cursor");
        String stock = parameters.get("in_stock");
        if (stock != null && !stock.equals("true") && !stock.equals("false"))
            fields.wrong("in_stock", "is true or false");
        String seller = parameters.get("seller");
        UUID sellerId = seller == null ? null : Ids.read(seller).orElse(null);
        if (seller != null && sellerId == null) fields.wrong("seller", "is an id");
        String search = parameters.getOrDefault("search", parameters.getOrDefault("q", ""));
        String type = parameters.get("type");
        fields.must("type", type, word -> TYPE.matcher(word).matches(), "is a type of product");
        String brand = parameters.get("brand");
        String category = shelf != null ? shelf : parameters.get("category");
        for (String name : List.of("brand", "category", "search", "q"))
            fields.must(name, parameters.get(name), text -> text.length() <= TEXT_CHARS_MAX,
                "has at most " + TEXT_CHARS_MAX + " characters");
        return new Query(category, words(search), money("min_price", parameters, channel, fields),
            money("max_price", parameters, channel, fields), stock == null ? null : (Boolean) stock.equals("true"),
            type,
            sellerId, brand, order, page, perPage, cursor);
    }

    /// The words of a search, plain; more than a few are dropped.
    static List<String> words(String text) {
        if (text.isEmpty()) return List.of();
        String plain = Display.plain(text.length() > TEXT_CHARS_MAX ? text.substring(0, TEXT_CHARS_MAX) : text);
        return plain.isEmpty() ? List.of() : Arrays.stream(plain.split(" ")).distinct().limit(WORDS_MAX).toList();
    }

    /// All that decides what comes out, in one order.
    String key() {
        return filters() + "|" + sort.word + "|" + page + "|" + perPage + "|"
            + (cursor == null ? "" : cursor.id + cursor.key);
    }

    /// All that decides how many there are.
    String filters() {
        List<Object> parts = new ArrayList<>();
        parts.add(category == null ? "" : category.length() + ":" + category);
        parts.add(String.join(" ", words));
        parts.add(minPrice == null ? "" : minPrice);
        parts.add(maxPrice == null ? "" : maxPrice);
        parts.add(inStock == null ? "" : inStock);
        parts.add(type == null ? "" : type);
        parts.add(seller == null ? "" : seller);
        parts.add(brand == null ? "" : brand.length() + ":" + brand.toLowerCase(Locale.ROOT));
        StringBuilder key = new StringBuilder();
        for (Object part : parts) key.append(part).append('|');
        return key.toString();
    }

    long offset() {
        return (page - 1L) * perPage;
    }

    Query after(Cursor next, int size) {
        return new Query(category, words, minPrice, maxPrice, inStock, type, seller, brand, sort, 1, size, next);
    }

    Query sized(int size) {
        return new Query(category, words, minPrice, maxPrice, inStock, type, seller, brand, sort, 1, size, cursor);
    }

    private static int number(String name, @Nullable String text, int usual, int max, Fields fields) {
        if (text == null || text.isEmpty()) return usual;
        if (NUMBER.matcher(text).matches() && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= max)
            return Integer.parseInt(text);
        fields.wrong(name, "is a whole number from 1 to " + max);
        return usual;
    }

    private static @Nullable Long money(String name, Map<String, String> parameters, Channel channel, Fields fields) {
        String text = parameters.get(name);
        if (text == null || text.isEmpty()) return null;
        Money money = fields.make(name, () -> Money.decimal(text, channel.currency()));
        fields.must(name, money, sum -> !sum.isNegative(), "is not below zero");
        return money == null ? null : (Long) money.minor();
    }
}
