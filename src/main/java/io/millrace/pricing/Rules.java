package io.millrace.pricing;

import io.millrace.money.Percent;
import java.util.Currency;
import java.util.Map;

/// How a channel counts: its currency, whether its prices include tax, and the rate of each tax category.
record Rules(String channel, Currency currency, boolean taxIncluded, Map<String, Percent> taxRates) {
    /// The category of goods that name none that the channel knows.
    static final String STANDARD = "standard";

    /// The rate of a category; an unknown one is taxed at the standard rate, and without that not at all.
    Percent rate(String category) {
        Percent own = taxRates.get(category);
        return own != null ? own : taxRates.getOrDefault(STANDARD, Percent.ZERO);
    }
}
