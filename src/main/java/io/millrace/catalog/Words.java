package io.millrace.catalog;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// How names, SKUs and slugs are written: in Unicode's composed form (NFC), so that what looks the same is the same,
/// and without characters that could start a new line somewhere.
final class Words {
    static final int NAME_CHARS_MAX = 500;
    static final int SKU_CHARS_MAX = 100;
    static final int SLUG_CHARS_MAX = 120;
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029]+");
    private static final Pattern SPACES = Pattern.compile("\\s+");
    private static final Pattern MARKS = Pattern.compile("\\p{InCombiningDiacriticalMarks}+");
    private static final Pattern BETWEEN = Pattern.compile("[^\\p{L}\\p{N}]+");
    private static final Pattern SLUG = Pattern.compile("[\\p{L}\\p{N}]+(-[\\p{L}\\p{N}]+)*");
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    /// Words that are places of their own below `/products` and `/categories`.
    private static final Set<String> RESERVED = Set.of("search", "featured", "products");

    private Words() {}

    /// One line of text: composed, without control characters, single spaces, trimmed.
    static String line(String text) {
        String composed = Normalizer.normalize(text, Normalizer.Form.NFC);
        return SPACES.matcher(CONTROLS.matcher(composed).replaceAll(" ")).replaceAll(" ").strip();
    }

    /// Text of several lines: composed, line ends kept, other control characters gone.
    static String text(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC).replaceAll("[\\p{Cc}&&[^\\n\\r\\t]]", "").strip();
    }

    static boolean isSlug(String slug) {
        return slug.length() <= SLUG_CHARS_MAX && SLUG.matcher(slug).matches() && !ID.matcher(slug).matches()
            && !RESERVED.contains(slug) && slug.equals(slug.toLowerCase(Locale.ROOT))
            && Normalizer.isNormalized(slug, Normalizer.Form.NFC);
    }

    /// A slug made of a name: "Crème Brûlée, 250 g" is creme-brulee-250-g; other scripts keep their letters.
    static String slug(String name) {
        String plain = MARKS.matcher(Normalizer.normalize(name, Normalizer.Form.NFD)).replaceAll("");
        String slug = Normalizer.normalize(BETWEEN.matcher(plain.toLowerCase(Locale.ROOT)).replaceAll("-"),
            Normalizer.Form.NFC);
        String cut = slug.substring(0, Math.min(slug.length(), SLUG_CHARS_MAX - 40));
        String trimmed = BETWEEN.matcher(cut).replaceAll("-").replaceAll("^-+|-+$", "");
        if (trimmed.isEmpty() || ID.matcher(trimmed).matches() || RESERVED.contains(trimmed)) return "item-" + trimmed;
        return trimmed;
    }
}
