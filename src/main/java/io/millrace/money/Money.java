package io.millrace.money;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Currency;
import java.util.List;
import java.util.Locale;

/// An exact amount: integer minor units (cents, paise, pesewas) of one ISO 4217 currency.
///
/// Arithmetic is exact: an overflow or a mix of currencies is an `ArithmeticException` or `IllegalArgumentException`,
/// never a wrong sum. On the wire it is `{"amount":"149.99","currency":"USD"}` with exactly the currency's decimals
/// (JPY none, KWD three).
public record Money(long minor, Currency currency) implements Comparable<Money> {
    /// The longest decimal text that can be an amount; longer input is refused before it is parsed.
    private static final int TEXT_CHARS_MAX = 24;

    public Money {
        if (currency.getDefaultFractionDigits() < 0)
            throw new IllegalArgumentException(currency + " has no minor unit");
    }

    public static Money of(long minor, String currency) {
        return new Money(minor, Currency.getInstance(currency));
    }

    public static Money zero(Currency currency) {
        return new Money(0, currency);
    }

    /// Reads "149.99 USD"; the fixture language of tests and configuration.
    public static Money parse(String text) {
        String[] parts = text.strip().split(" ");
        if (parts.length != 2) throw new IllegalArgumentException("an amount reads like 149.99 USD, not " + text);
        return decimal(parts[0], Currency.getInstance(parts[1].toUpperCase(Locale.ROOT)));
    }

    /// Reads a decimal amount with at most the currency's decimals; refuses any other digit, exponent or sign noise.
    public static Money decimal(String amount, Currency currency) {
        if (amount.length() > TEXT_CHARS_MAX || !amount.matches("-?\\d+(\\.\\d+)?"))
            throw new IllegalArgumentException("not a decimal amount");
        return exact(new BigDecimal(amount), currency);
    }

    /// The exact amount; more decimals than the currency has, or more than fits, is refused.
    public static Money exact(BigDecimal amount, Currency currency) {
        return rounded(amount, currency, RoundingMode.UNNECESSARY);
    }

    /// The amount rounded to the currency's minor unit by the given rule.
    public static Money rounded(BigDecimal amount, Currency currency, RoundingMode rule) {
        try {
            BigDecimal scaled = amount.movePointRight(currency.getDefaultFractionDigits()).setScale(0, rule);
            return new Money(scaled.longValueExact(), currency);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("not an exact amount of " + currency, e);
        }
    }

    public Money plus(Money other) {
        return new Money(Math.addExact(minor, same(other).minor), currency);
    }

    public Money minus(Money other) {
        return new Money(Math.subtractExact(minor, same(other).minor), currency);
    }

    public Money times(long factor) {
        return new Money(Math.multiplyExact(minor, factor), currency);
    }

    public Money negated() {
        return new Money(Math.negateExact(minor), currency);
    }

    public boolean isZero() {
        return minor == 0;
    }

    public boolean isPositive() {
        return minor > 0;
    }

    public boolean isNegative() {
        return minor < 0;
    }

    /// Splits by weight; the parts always sum to the whole, early parts take the spare cents.
    public List<Money> split(long... weights) {
        long total = Arrays.stream(weights).reduce(0, Math::addExact);
        long left = minor;
        if (minor < 0 || total <= 0 || Arrays.stream(weights).anyMatch(weight -> weight < 0))
            throw new IllegalArgumentException("nothing to split");
        long[] parts = new long[weights.length];
        for (int i = 0; i < parts.length; i++) left -= parts[i] = Math.multiplyExact(minor, weights[i]) / total;
        for (int i = 0; left > 0; i = (i + 1) % parts.length) {
            if (weights[i] > 0) {
                parts[i]++;
                left--;
            }
        }
        List<Money> moneys = new ArrayList<>(parts.length);
        for (long part : parts) moneys.add(new Money(part, currency));
        return List.copyOf(moneys);
    }

    /// The amount as a decimal text with exactly the currency's decimals.
    public String decimal() {
        return BigDecimal.valueOf(minor, currency.getDefaultFractionDigits()).toPlainString();
    }

    @Override public int compareTo(Money other) {
        return Long.compare(minor, same(other).minor);
    }

    @Override public String toString() {
        return decimal() + " " + currency.getCurrencyCode();
    }

    private Money same(Money other) {
        if (!currency.equals(other.currency))
            throw new IllegalArgumentException("cannot mix " + currency + " and " + other.currency);
        return other;
    }
}
