package io.millrace.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Currency;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MoneyTest {
    private static final int ROUNDS = 20_000 * Integer.getInteger("scale", 1);
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final Currency USD = Currency.getInstance("USD");

    static {
        System.out.println("MoneyTest -Dseed=" + SEED);
    }

    @ParameterizedTest
    @CsvSource({"149.99 USD, 14999", "1 JPY, 1", "1.234 KWD, 1234", "-0.01 USD, -1", "0 USD, 0", "5 USD, 500",
        "92233720368547758.07 USD, 9223372036854775807"}) void an_amount_is_whole_minor_units_of_its_currency(
            String text, long minor) {
        assertThat(Money.parse(text).minor()).isEqualTo(minor);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.005 USD", "1.5 JPY", "1.2345 KWD", "92233720368547758.08 USD", "1e3 USD", "+1 USD",
        " USD", "1, USD", "1. USD", ".5 USD", "0x1 USD", "NaN USD", "--1 USD", "1 XXX", "1 XAU", "1 ZZZ", "1",
        "\u0661 USD", "99999999999999999999999999 USD"}) void what_is_no_exact_amount_is_refused(String text) {
        assertThatThrownBy(() -> Money.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"USD, 1.50", "JPY, 150", "KWD, 0.150", "GHS, 1.50",
        "INR, 1.50"}) void on_the_wire_it_has_exactly_the_decimals_of_its_currency(String currency, String text) {
        assertThat(Money.of(150, currency).decimal()).isEqualTo(text);
        assertThat(Money.decimal(text, Currency.getInstance(currency))).isEqualTo(Money.of(150, currency));
    }

    @Test void overflow_is_an_error_never_a_wrong_sum() {
        Money most = new Money(Long.MAX_VALUE, USD);
        Money least = new Money(Long.MIN_VALUE, USD);
        assertThatThrownBy(() -> most.plus(Money.of(1, "USD"))).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> least.minus(Money.of(1, "USD"))).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> most.times(2)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(least::negated).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Money.of(1L << 62, "USD").split(7, 11)).isInstanceOf(ArithmeticException.class);
    }

    @Test void currencies_do_not_mix() {
        Money dollars = Money.of(1, "USD");
        Money euros = Money.of(1, "EUR");
        assertThatThrownBy(() -> dollars.plus(euros)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> dollars.minus(euros)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> dollars.compareTo(euros)).isInstanceOf(IllegalArgumentException.class);
        assertThat(dollars).isNotEqualTo(euros);
    }

    @Test void reading_back_what_was_written_gives_the_same_amount() {
        Random random = new Random(SEED);
        for (int i = 0; i < ROUNDS; i++) {
            Currency currency = Currency.getInstance(List.of("USD", "JPY", "KWD", "INR").get(random.nextInt(4)));
            Money money = new Money(random.nextLong() >> random.nextInt(64), currency);
            assertThat(Money.decimal(money.decimal(), currency)).isEqualTo(money);
        }
    }

    @Test void sums_and_differences_agree_with_exact_arithmetic() {
        Random random = new Random(SEED);
        for (int i = 0; i < ROUNDS; i++) {
            long a = random.nextLong() >> 2;
            long b = random.nextLong() >> 2;
            assertThat(new Money(a, USD).plus(new Money(b, USD)).minor()).isEqualTo(a + b);
            assertThat(new Money(a, USD).plus(new Money(b, USD)).minus(new Money(b, USD)).minor()).isEqualTo(a);
        }
    }

    @Test void parts_always_sum_to_the_whole_and_none_is_off_by_more_than_one_per_weight() {
        Random random = new Random(SEED);
        for (int i = 0; i < ROUNDS; i++) {
            long[] weights = LongStream.generate(() -> random.nextInt(1_000)).limit(1 + random.nextInt(8)).toArray();
            if (Arrays.stream(weights).sum() == 0) weights[0] = 1;
            long total = Arrays.stream(weights).sum();
            Money whole = new Money(random.nextLong(1_000_000_000), USD);
            List<Money> parts = whole.split(weights);
            assertThat(parts.stream().mapToLong(Money::minor).sum()).isEqualTo(whole.minor());
            for (int p = 0; p < weights.length; p++) {
                long exact = whole.minor() * weights[p] / total;
                assertThat(parts.get(p).minor() - exact).isBetween(0L, (long) weights.length);
                if (weights[p] == 0) assertThat(parts.get(p).isZero()).isTrue();
            }
        }
    }

    @Test void early_parts_take_the_spare_cents() {
        assertThat(Money.parse("10.00 EUR").split(1, 1, 1)).extracting(Money::decimal)
            .containsExactly("3.34", "3.33", "3.33");
        assertThat(Money.parse("1.01 EUR").split(85, 15, 0)).extracting(Money::decimal)
            .containsExactly("0.86", "0.15", "0.00");
        assertThatThrownBy(() -> Money.parse("-1 EUR").split(1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Money.parse("1 EUR").split(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Money.parse("1 EUR").split(2, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Money.parse("1 EUR").split()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test void a_percentage_is_rounded_half_up_once() {
        Random random = new Random(SEED);
        for (int i = 0; i < ROUNDS; i++) {
            Percent rate = new Percent(random.nextInt(10_001));
            Money amount = new Money(random.nextLong(-1_000_000_000_000L, 1_000_000_000_000L), USD);
            BigDecimal exact = BigDecimal.valueOf(amount.minor()).multiply(BigDecimal.valueOf(rate.basisPoints(), 4));
            assertThat(rate.of(amount).minor()).isEqualTo(exact.setScale(0, RoundingMode.HALF_UP).longValueExact());
        }
        assertThat(Percent.of("17.5").of(Money.parse("0.99 USD"))).isEqualTo(Money.parse("0.17 USD"));
        assertThat(Percent.of("50").of(Money.parse("0.01 USD"))).isEqualTo(Money.parse("0.01 USD"));
        assertThat(new Percent(10_000).of(new Money(Long.MAX_VALUE, USD)).minor()).isEqualTo(Long.MAX_VALUE);
    }

    @Test void tax_inside_a_gross_amount_and_the_net_beside_it_sum_to_the_gross() {
        Random random = new Random(SEED);
        for (int i = 0; i < ROUNDS; i++) {
            Percent rate = new Percent(random.nextInt(10_001));
            Money gross = new Money(random.nextLong(1_000_000_000), USD);
            Money tax = rate.inside(gross);
            Money net = gross.minus(tax);
            assertThat(tax.minor()).isBetween(0L, gross.minor());
            // Adding the rate to the net again is the gross, give or take the one rounding.
            assertThat(rate.of(net).minor() - tax.minor()).isBetween(-1L, 1L);
        }
        assertThat(Percent.of("19").inside(Money.parse("119 EUR"))).isEqualTo(Money.parse("19 EUR"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "100.01", "1.234", "x", "", "1e5"}) void what_is_no_percentage_is_refused(
        String text) {
        assertThatThrownBy(() -> Percent.of(text)).isInstanceOfAny(IllegalArgumentException.class,
            ArithmeticException.class);
    }

    @Test void a_quantity_is_one_to_a_million() {
        for (int wrong : new int[]{0, -1, 1_000_001, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertThat(Quantity.isValid(wrong)).isFalse();
            assertThatThrownBy(() -> new Quantity(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(new Quantity(Quantity.MAX).value()).isEqualTo(1_000_000);
        assertThat(Quantity.isValid(1L << 32 | 1)).isFalse();
    }
}
