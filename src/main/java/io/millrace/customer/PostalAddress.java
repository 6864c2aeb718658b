package io.millrace.customer;

import io.millrace.http.Fields;
import io.millrace.http.OneLine;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where a person gets goods or bills: checked and written as its country writes it. `country` is ISO 3166, `phone`
/// international (E.164), coordinates are degrees; `label` is the person's own word for it ("home").
public record PostalAddress(@Nullable String label, String name, String line1, @Nullable String line2, String city,
    @Nullable String region, @Nullable String postalCode, String country, @Nullable String phone,
    @Nullable Double latitude, @Nullable Double longitude) {
    private static final int TEXT_CHARS_MAX = 200;
    private static final int LABEL_CHARS_MAX = 40;
    private static final int SHORT_CHARS_MAX = 40;
    private static final double LATITUDE_DEGREES_MAX = 90;
    private static final double LONGITUDE_DEGREES_MAX = 180;

    /// What a client says.
    record Typed(@Nullable String label, @Nullable String name, @Nullable String line1, @Nullable String line2,
        @Nullable String city, @Nullable String region, @Nullable String postalCode, @Nullable String country,
        @Nullable String phone, @Nullable Double latitude, @Nullable Double longitude) {}

    /// The address in its country's form; everything that is wrong is told to the fields.
    static PostalAddress checked(Typed typed, Fields fields) {
        String country = fields.text("country", typed.country(), 2).toUpperCase(Locale.ROOT);
        if (!country.isEmpty() && !Countries.isKnown(country)) fields.wrong("country", "is not a country (ISO 3166)");
        Countries.Rule rule = Countries.of(country);
        coordinates(typed, fields);
        return new PostalAddress(OneLine.optional(fields, "label", typed.label(), LABEL_CHARS_MAX),
            OneLine.required(fields, "name", typed.name(), TEXT_CHARS_MAX),
            OneLine.required(fields, "line1", typed.line1(), TEXT_CHARS_MAX),
            OneLine.optional(fields, "line2", typed.line2(), TEXT_CHARS_MAX),
            OneLine.required(fields, "city", typed.city(), TEXT_CHARS_MAX), region(typed, rule, fields),
            postalCode(typed, country, rule, fields), country, phone(typed, country, fields), typed.latitude(),
            typed.longitude());
    }

    private static void coordinates(Typed typed, Fields fields) {
        if ((typed.latitude() == null) != (typed.longitude() == null))
            fields.wrong("latitude", "comes with longitude");
        fields.must("latitude", typed.latitude(), degrees -> Math.abs(degrees) <= LATITUDE_DEGREES_MAX,
            "is -90 to 90 degrees");
        fields.must("longitude", typed.longitude(), degrees -> Math.abs(degrees) <= LONGITUDE_DEGREES_MAX,
            "is -180 to 180 degrees");
    }

    private static @Nullable String region(Typed typed, Countries.Rule rule, Fields fields) {
        String region = OneLine.optional(fields, "region", typed.region(), TEXT_CHARS_MAX);
        if (region == null) {
            if (rule.needsRegion()) fields.wrong("region", "is required in this country");
            return null;
        }
        Optional<String> known = rule.region(region);
        if (known.isEmpty()) fields.wrong("region", "is one of " + String.join(", ", rule.regions()));
        return known.orElse(region);
    }

    private static @Nullable String postalCode(Typed typed, String country, Countries.Rule rule, Fields fields) {
        String code = Countries.postalCode(country, OneLine.optional(fields, "postal_code", typed.postalCode(),
            SHORT_CHARS_MAX));
        if (code == null && rule.needsPostalCode()) fields.wrong("postal_code", "is required in this country");
        fields.must("postal_code", code, rule::fits, "is not a postal code of this country");
        return code;
    }

    private static @Nullable String phone(Typed typed, String country, Fields fields) {
        String phone = OneLine.optional(fields, "phone", typed.phone(), SHORT_CHARS_MAX);
        if (phone == null) return null;
        Optional<String> normal = Phone.normal(phone, country);
        if (normal.isEmpty()) fields.wrong("phone", "is not a phone number");
        return normal.orElse(phone);
    }
}
