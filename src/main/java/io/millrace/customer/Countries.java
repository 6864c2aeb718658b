package io.millrace.customer;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What an address needs in which country: a postal code of its form, a state or province, and for some countries one
/// of a list. Countries without a rule of their own take any short code.
final class Countries {
    private static final Set<String> ISO = Set.of(Locale.getISOCountries());
    private static final Rule OTHERS = rule("[A-Z0-9][A-Z0-9 -]{1,9}", false, false);
    private static final List<String> STATES = List.of(("AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD "
        + "MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR VI GU AS MP "
        + "AA AE AP").split(" "));
    private static final List<String> PROVINCES =
        List.of("AB BC MB NB NL NS NT NU ON PE QC SK YT".split(" "));
    private static final List<String> REGIONS_GH = List.of("Ahafo", "Ashanti", "Bono", "Bono East", "Central",
        "Eastern", "Greater Accra", "North East", "Northern", "Oti", "Savannah", "Upper East", "Upper West", "Volta",
        "Western", "Western North");
    private static final Map<String, Rule> RULES = Map.ofEntries(
        Map.entry("US", new Rule(Pattern.compile("\\d{5}(-\\d{4})?"), true, true, STATES)),
        Map.entry("CA", new Rule(Pattern.compile("[ABCEGHJ-NPRSTVXY]\\d[ABCEGHJ-NPRSTV-Z] \\d[ABCEGHJ-NPRSTV-Z]\\d"),
            true, true, PROVINCES)),
        Map.entry("GB", rule("(GIR 0AA|[A-Z]{1,2}\\d[A-Z\\d]? \\d[ABD-HJLNP-UW-Z]{2})", true, false)),
        Map.entry("DE", rule("\\d{5}", true, false)),
        Map.entry("FR", rule("\\d{5}", true, false)),
        Map.entry("NL", rule("[1-9]\\d{3} [A-Z]{2}", true, false)),
        Map.entry("IN", rule("[1-9]\\d{5}", true, true)),
        Map.entry("NG", rule("\\d{6}", false, true)),
        Map.entry("IL", rule("\\d{7}", true, false)),
        Map.entry("GH", new Rule(Pattern.compile("[A-Z][A-Z0-9]-\\d{3,4}-\\d{4}"), false, true, REGIONS_GH)));

    private Countries() {}

    /// `regions` is empty where any name will do.
    record Rule(Pattern postalCode, boolean needsPostalCode, boolean needsRegion, List<String> regions) {
        boolean fits(String code) {
            return postalCode.matcher(code).matches();
        }

        /// The region as its list spells it; empty when it is none of them.
        Optional<String> region(String typed) {
            return regions.isEmpty() ? Optional.of(typed)
                : regions.stream().filter(region -> region.equalsIgnoreCase(typed)).findFirst();
        }
    }

    static boolean isKnown(String country) {
        return ISO.contains(country);
    }

    static Rule of(String country) {
        return RULES.getOrDefault(country, OTHERS);
    }

    /// The countries with a rule of their own.
    static Set<String> ruled() {
        return new HashSet<>(RULES.keySet());
    }

    /// A postal code as its country writes it: upper case, with the one space where it belongs.
    static @Nullable String postalCode(String country, @Nullable String typed) {
        if (typed == null) return null;
        String code = String.join(" ", Arrays.stream(typed.strip().split("\\s+")).toList()).toUpperCase(Locale.ROOT);
        String close = code.replace(" ", "");
        return switch (country) {
            case "GB", "CA" -> close.length() < 5 ? code
                : close.substring(0, close.length() - 3) + " " + close.substring(close.length() - 3);
            case "NL" -> close.length() == 6 ? close.substring(0, 4) + " " + close.substring(4) : code;
            case "IN", "IL" -> close;
            default -> code;
        };
    }

    private static Rule rule(String postalCode, boolean needsPostalCode, boolean needsRegion) {
        return new Rule(Pattern.compile(postalCode), needsPostalCode, needsRegion, List.of());
    }
}
