package io.millrace.channel;

import io.millrace.money.Percent;
import java.time.ZoneId;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One storefront's terms: the money it takes, its language and clock, whether its prices contain tax, the tax rate of
/// each category of goods, and the ways to ship and to pay it offers.
///
/// `taxRates` always holds [#STANDARD]. `paymentMethods` are codes of providers (`stripe`, `cod`), `countries` are
/// ISO 3166 codes it ships to, `hosts` the host names that mean this channel when a request names none.
public record Channel(String code, String name, Currency currency, Locale locale, ZoneId timeZone,
    boolean pricesIncludeTax, Map<String, Percent> taxRates, List<ShippingMethod> shippingMethods,
    List<String> paymentMethods, List<String> countries, List<String> hosts, Policies policies, long version) {

    /// The tax category of goods that say nothing else.
    public static final String STANDARD = "standard";

    /// What a channel asks of its people: the form of their phone numbers (a regular expression over E.164), and the
    /// document by which they show who they are (`ghana_card`); null where it asks for none.
    public record Policies(@Nullable String phoneForm, @Nullable String identityDocument) {
        public static final Policies NONE = new Policies(null, null);

        /// Whether a phone number, in international form, has the form that is asked for.
        public boolean allowsPhone(String phone) {
            return phoneForm == null || phone.matches(phoneForm);
        }
    }

    public Channel {
        if (!taxRates.containsKey(STANDARD)) throw new IllegalArgumentException(code + " has no standard tax rate");
    }

    /// The rate of a category of goods; a category this channel does not know is taxed as standard.
    public Percent taxRate(String category) {
        Percent rate = taxRates.get(category);
        return rate != null ? rate : taxRates.getOrDefault(STANDARD, Percent.ZERO);
    }

    public Optional<ShippingMethod> shippingMethod(String method) {
        return shippingMethods.stream().filter(known -> known.code().equals(method)).findFirst();
    }

    public boolean takes(String paymentMethod) {
        return paymentMethods.contains(paymentMethod);
    }
}
