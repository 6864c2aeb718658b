package io.millrace.payment.stripe;

import io.millrace.money.Money;
import java.math.BigDecimal;
import java.util.Currency;
import java.util.Locale;
import java.util.Set;

/// Amounts on Stripe's wire: minor units, but in Stripe's own idea of each currency's decimals.
final class StripeAmount {
    private static final Set<String> WHOLE = Set.of("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG",
        "RWF", "VND", "VUV", "XAF", "XOF", "XPF");
    private static final Set<String> TWO = Set.of("UGX", "ISK");
    private static final Set<String> THREE = Set.of("BHD", "JOD", "KWD", "OMR", "TND");
    private static final long TEN = 10;
    private static final long HUNDRED = 100;

    private StripeAmount() {}

    /// Refuses what Stripe cannot take exactly: a hundredth of an ISK, a thousandth of a dinar.
    static long toWire(Money money) {
        String code = money.currency().getCurrencyCode();
        BigDecimal major = BigDecimal.valueOf(money.minor(), money.currency().getDefaultFractionDigits());
        long wire;
        try {
            wire = major.movePointRight(decimals(code)).longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(money + " cannot be paid by Stripe", e);
        }
        if (TWO.contains(code) && wire % HUNDRED != 0 || THREE.contains(code) && wire % TEN != 0)
            throw new IllegalArgumentException(money + " cannot be paid by Stripe");
        return wire;
    }

    static Money fromWire(long wire, String currency) {
        Currency of = Currency.getInstance(currency.toUpperCase(Locale.ROOT));
        return Money.exact(BigDecimal.valueOf(wire, decimals(of.getCurrencyCode())), of);
    }

    private static int decimals(String code) {
        if (WHOLE.contains(code)) return 0;
        return THREE.contains(code) ? 3 : 2;
    }
}
