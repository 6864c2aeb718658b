package io.millrace.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/// What kind of goods a product is; each kind is handed over in its own way. On the wire in lower case.
public enum ProductType {
    PHYSICAL, WEIGHED, SOFTWARE, DIGITAL, COURSE, SERVICE, PROXY_PLAN;

    /// Goods that travel need an address and a way to ship.
    public boolean travels() {
        return this == PHYSICAL || this == WEIGHED;
    }

    @JsonValue public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator public static ProductType of(String word) {
        for (ProductType type : values()) if (type.word().equals(word)) return type;
        throw new IllegalArgumentException("is not a type of product");
    }
}
