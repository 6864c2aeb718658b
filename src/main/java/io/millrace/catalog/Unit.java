package io.millrace.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/// What a pool of stock is counted in. On the wire in lower case.
public enum Unit {
    PIECE, GRAM;

    @JsonValue public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator public static Unit of(String word) {
        for (Unit unit : values()) if (unit.word().equals(word)) return unit;
        throw new IllegalArgumentException("is a piece or a gram");
    }
}
