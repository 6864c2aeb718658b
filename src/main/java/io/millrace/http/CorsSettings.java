package io.millrace.http;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Settings `millrace.http.*` about pages of other sites: exact origins, read at start, so that a wildcard or a typing
/// error keeps the shop from opening instead of opening the shop.
@ConfigurationProperties("millrace.http")
record CorsSettings(@DefaultValue List<String> corsOrigins) {
    CorsSettings {
        corsOrigins = corsOrigins.stream().filter(text -> !text.isBlank()).map(CorsSettings::exact).toList();
    }

    private static String exact(String text) {
        try {
            return Origin.of(text).value();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("millrace.http.cors-origins: " + Texts.oneLine(text) + " "
                + e.getMessage());
        }
    }
}
