package io.millrace.money;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// A rate in hundredths of a percent (basis points): 17.5 % is `Percent.of("17.5")`, 1,750 basis points.
public record Percent(int basisPoints) {
    public static final Percent ZERO = new Percent(0);

    public Percent {
        if (basisPoints < 0 || basisPoints > 100_00) throw new IllegalArgumentException("a percentage is 0 to 100");
    }

    /// Reads "17.5"; more than two decimals are refused.
    public static Percent of(String text) {
        return new Percent(new BigDecimal(text).movePointRight(2).intValueExact());
    }

    /// This part of an amount, rounded half up on the minor unit: the one rounding rule of the house.
    public Money of(Money amount) {
        BigDecimal part = BigDecimal.valueOf(amount.minor()).multiply(BigDecimal.valueOf(basisPoints));
        return new Money(part.divide(BigDecimal.valueOf(100_00), 0, RoundingMode.HALF_UP).longValueExact(),
            amount.currency());
    }

    /// The part of a gross amount that this rate, already inside it, makes up: gross x rate / (100 % + rate).
    public Money inside(Money gross) {
        BigDecimal part = BigDecimal.valueOf(gross.minor()).multiply(BigDecimal.valueOf(basisPoints));
        return new Money(part.divide(BigDecimal.valueOf(100_00L + basisPoints), 0, RoundingMode.HALF_UP)
            .longValueExact(), gross.currency());
    }

    @Override public String toString() {
        return BigDecimal.valueOf(basisPoints, 2).stripTrailingZeros().toPlainString() + " %";
    }
}
