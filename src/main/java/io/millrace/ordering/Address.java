package io.millrace.ordering;

import io.millrace.customer.PostalAddress;
import io.millrace.http.Fields;
import io.millrace.http.OneLine;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Where goods or a bill go. `country` is ISO 3166; coordinates are degrees.
record Address(@Nullable String name, @Nullable String line1, @Nullable String line2, @Nullable String city,
    @Nullable String region, @Nullable String postalCode, @Nullable String country, @Nullable String phone,
    @Nullable Double latitude, @Nullable Double longitude) {
    private static final int TEXT_CHARS_MAX = 200;
    private static final int SHORT_CHARS_MAX = 40;

    /// What a buyer keeps, as it is now: the order's own copy.
    static Address of(PostalAddress kept) {
        return new Address(kept.name(), kept.line1(), kept.line2(), kept.city(), kept.region(), kept.postalCode(),
            kept.country(), kept.phone(), kept.latitude(), kept.longitude());
    }

    /// This address with every field checked and tidied; what is wrong is told to the fields.
    Address checked(Fields fields, String at, List<String> countries, @Nullable String buyer) {
        String land = country == null && countries.size() == 1 ? countries.getFirst() : country;
        String where = fields.text(at + ".country", land, 2).toUpperCase(Locale.ROOT);
        if (!where.isEmpty() && !countries.isEmpty() && !countries.contains(where))
            fields.wrong(at + ".country", "is not a country we ship to");
        if ((latitude == null) != (longitude == null)) fields.wrong(at + ".latitude", "comes with longitude");
        fields.must(at + ".latitude", latitude, degrees -> Math.abs(degrees) <= 90, "is -90 to 90 degrees");
        fields.must(at + ".longitude", longitude, degrees -> Math.abs(degrees) <= 180, "is -180 to 180 degrees");
        return new Address(OneLine.required(fields, at + ".name", name == null ? buyer : name, TEXT_CHARS_MAX),
            OneLine.required(fields, at + ".line1", line1, TEXT_CHARS_MAX),
            OneLine.optional(fields, at + ".line2", line2, TEXT_CHARS_MAX),
            OneLine.required(fields, at + ".city", city, TEXT_CHARS_MAX),
            OneLine.optional(fields, at + ".region", region, TEXT_CHARS_MAX),
            OneLine.optional(fields, at + ".postal_code", postalCode, SHORT_CHARS_MAX), where,
            OneLine.optional(fields, at + ".phone", phone, SHORT_CHARS_MAX), latitude, longitude);
    }
}
