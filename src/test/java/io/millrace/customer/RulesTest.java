package io.millrace.customer;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.http.Fields;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;

/// What an address needs in which country.
class RulesTest {
    @Test void each_country_has_its_own_postal_codes() {
        List<String> good = List.of("US 77002", "US 77002-1234", "GB SW1A 1AA", "GB sw1a1aa", "GB M1 1AE", "DE 10115",
            "IN 560001", "IN 560 001", "GH GA-183-8164", "GH ", "CA K1A 0B1", "CA k1a0b1", "NL 1012AB", "NG ",
            "JP 100-0001");
        List<String> bad =
            List.of("US 7700", "US ABCDE", "US ", "GB 12345", "GB ", "DE 1011", "DE D-10115", "IN 060001",
                "IN ", "GH 12345", "CA Z1A 0B1", "CA ", "JP x!");
        for (String code : good) assertThat(errors(code)).as(code).doesNotContainKey("postal_code");
        for (String code : bad) assertThat(errors(code)).as(code).containsKey("postal_code");
    }

    @Test void a_state_is_one_of_its_country() {
        assertThat(errors("US", "TX", "77002")).isEmpty();
        assertThat(errors("US", "tx", "77002")).isEmpty();
        assertThat(errors("US", "Texas", "77002")).containsKey("region");
        assertThat(errors("US", null, "77002")).containsKey("region");
        assertThat(errors("GH", "greater accra", null)).isEmpty();
        assertThat(errors("GH", "Bavaria", null)).containsKey("region");
        assertThat(errors("DE", null, "10115")).isEmpty();
        assertThat(errors("XX", null, null)).containsKey("country");
    }

    @Test void coordinates_stay_on_the_globe_and_come_in_pairs() {
        assertThat(located(5.6037, -0.1870)).isEmpty();
        assertThat(located(90.0, 180.0)).isEmpty();
        assertThat(located(90.1, 0.0)).containsKey("latitude");
        assertThat(located(0.0, -180.5)).containsKey("longitude");
        assertThat(located(1.0, null)).containsKey("latitude");
    }

    private static java.util.Map<String, List<String>> errors(String countryAndCode) {
        String country = countryAndCode.substring(0, 2);
        String code = countryAndCode.substring(3);
        String region = switch (country) {
            case "US" -> "TX";
            case "CA" -> "ON";
            case "GH" -> "Volta";
            default -> "Somewhere";
        };
        return errors(country, region, code.isEmpty() ? null : code);
    }

    private static java.util.Map<String, List<String>> errors(String country, @Nullable String region,
        @Nullable String code) {
        Fields fields = new Fields();
        PostalAddress.checked(new PostalAddress.Typed(null, "A", "1 Road", null, "Town", region, code, country, null,
            null, null), fields);
        return fields.errors();
    }

    private static java.util.Map<String, List<String>> located(@Nullable Double latitude, @Nullable Double longitude) {
        Fields fields = new Fields();
        PostalAddress.checked(new PostalAddress.Typed(null, "A", "1 Road", null, "Town", "Volta", null, "GH", null,
            latitude, longitude), fields);
        return fields.errors();
    }
}
