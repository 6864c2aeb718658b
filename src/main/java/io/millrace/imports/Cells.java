package io.millrace.imports;

import io.millrace.money.Money;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the cells of exported sheets, and remembers everything that was wrong with them.
final class Cells {
    private final Currency currency;
    private final Map<String, List<String>> errors = new LinkedHashMap<>();

    Cells(Currency currency) {
        this.currency = currency;
    }

    @Nullable Money price(Sheet.Row row, String column) {
        String text = row.get(column).replace(",", "");
        if (text.isEmpty()) return null;
        try {
            Money price = Money.decimal(text, currency);
            if (price.isNegative()) wrong(column, "is below zero");
            return price;
        } catch (IllegalArgumentException e) {
            wrong(column, "is not an amount of " + currency + ": " + shortened(text));
            return null;
        }
    }

    @Nullable Long whole(Sheet.Row row, String column) {
        String text = row.get(column);
        if (text.isEmpty()) return null;
        try {
            double value = Double.parseDouble(text);
            if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE)
                wrong(column, "is not a whole number");
            return (long) value;
        } catch (NumberFormatException e) {
            wrong(column, "is not a number: " + shortened(text));
            return null;
        }
    }

    /// Stock that went below zero in the source lies at zero here.
    @Nullable Long stock(Sheet.Row row, String column, List<String> notes) {
        Long stock = whole(row, column);
        if (stock == null || stock >= 0) return stock;
        notes.add("stock was " + stock + ", put at 0");
        return 0L;
    }

    void wrong(String column, String reason) {
        errors.computeIfAbsent(column, c -> new ArrayList<>()).add(reason);
    }

    Map<String, List<String>> errors() {
        return errors;
    }

    static List<String> list(String text, String separator) {
        return Arrays.stream(text.split(separator)).map(String::strip).filter(part -> !part.isEmpty()).toList();
    }

    private static String shortened(String text) {
        return text.length() > 40 ? text.substring(0, 40) + "..." : text;
    }
}
