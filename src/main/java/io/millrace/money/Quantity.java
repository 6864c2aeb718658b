package io.millrace.money;

/// How many of a variant somebody wants: 1 to one million, whole pieces of that variant.
///
/// Weighed goods are sold as variants ("250 g"), so a quantity is always whole; grams are the pool's business.
public record Quantity(int value) {
    /// More of one line than this is a mistake or an attack.
    public static final int MAX = 1_000_000;

    public Quantity {
        if (value < 1 || value > MAX) throw new IllegalArgumentException("a quantity is 1 to " + MAX);
    }

    public static boolean isValid(long value) {
        return value >= 1 && value <= MAX;
    }
}
