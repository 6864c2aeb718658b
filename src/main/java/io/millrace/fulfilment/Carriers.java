package io.millrace.fulfilment;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where carriers let people follow a parcel.
final class Carriers {
    private static final Map<String, String> PAGES = Map.of(
        "UPS", "https://www.ups.com/track?loc=en_US&tracknum=",
        "USPS", "https://tools.usps.com/go/TrackConfirmAction?tLabels=",
        "FEDEX", "https://www.fedex.com/fedextrack/?trknbr=");

    private Carriers() {}

    /// The page of this parcel; null for a carrier we do not know or without a number.
    static @Nullable String link(@Nullable String carrier, @Nullable String trackingNumber) {
        if (carrier == null || trackingNumber == null) return null;
        String page = PAGES.get(carrier.toUpperCase(Locale.ROOT));
        return page == null ? null : page + URLEncoder.encode(trackingNumber, StandardCharsets.UTF_8);
    }
}
