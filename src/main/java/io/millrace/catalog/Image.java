package io.millrace.catalog;

/// A picture by URL, with the text for those who cannot see it; images are shown in the order of their list.
public record Image(String url, String alt) {
    /// Longer URLs are refused.
    public static final int URL_CHARS_MAX = 2_000;
    /// Images of one product.
    public static final int COUNT_MAX = 50;
}
