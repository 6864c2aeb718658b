package io.millrace.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/// Whether a product can be seen and bought: only while it is active. On the wire in lower case.
public enum ProductStatus {
    DRAFT, ACTIVE, ARCHIVED;

    @JsonValue public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator public static ProductStatus of(String word) {
        for (ProductStatus status : values()) if (status.word().equals(word)) return status;
        throw new IllegalArgumentException("is not a status of a product");
    }
}
