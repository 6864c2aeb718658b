package io.millrace.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.money.Money;
import io.millrace.money.Percent;
import java.time.Instant;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The arithmetic of quotes, case by case.
class QuoteTest {
    private static final Instant LATER = Instant.parse("2026-11-20T12:15:00Z");
    private static final UUID CEMENT = new UUID(1, 1);
    private static final UUID SAND = new UUID(1, 2);
    private static final PriceTag BULK = tag(1, 8200, 150, 7790, 500, 7400);

    @ParameterizedTest(name = "{0} bags cost {1} pesewas each, {2} off")
    @CsvSource({"1,8200,0", "149,8200,0", "150,7790,61500", "151,7790,61910", "499,7790,204590",
        "500,7400,400000"}) void a_break_starts_exactly_at_its_quantity(int bags, long each, long off) {
        Quote quote = quote(ghana(false), Map.of(CEMENT, BULK), want(CEMENT, bags));
        Quote.Line line = quote.lines().getFirst();
        assertThat(line.unitPrice().minor()).isEqualTo(8200);
        assertThat(line.paidPrice().minor()).isEqualTo(each);
        assertThat(line.lineTotal().minor()).isEqualTo(8200L * bags);
        assertThat(quote.discountTotal().minor()).isEqualTo(off);
        assertThat(quote.subtotal().minor() - off).isEqualTo(each * bags);
    }

    @Test void a_break_counts_the_variant_over_the_whole_cart() {
        Quote apart = quote(ghana(false), Map.of(CEMENT, BULK, SAND, PriceTag.of(500)),
            want(CEMENT, 75), want(SAND, 1), want(CEMENT, 75));
        assertThat(apart.lines()).filteredOn(line -> line.variantId().equals(CEMENT))
            .allSatisfy(line -> assertThat(line.paidPrice().minor()).isEqualTo(7790));
        assertThat(apart.explain(apart.lines().getFirst())).extracting(Quote.Step::text)
            .contains("from 150 on, one costs 77.90 GHS (150 in all lines): -307.50 GHS");
        assertThat(quote(ghana(false), Map.of(CEMENT, BULK), want(CEMENT, 75), want(CEMENT, 74)).discountTotal())
            .isEqualTo(Money.of(0, "GHS"));
    }

    @Test void tax_is_added_and_rounded_half_up_on_each_line() {
        // 15 % of 0.10 is 0.015: half up gives 0.02 per line, 0.04 for two lines, where 15 % of 0.20 would be 0.03
        Quote two = quote(ghana(false), Map.of(CEMENT, PriceTag.of(10), SAND, PriceTag.of(10)), want(CEMENT, 1),
            want(SAND, 1));
        assertThat(two.taxTotal().minor()).isEqualTo(4);
        assertThat(two.total().minor()).isEqualTo(24);
        // 15 % of 0.03 is 0.0045: down
        assertThat(quote(ghana(false), Map.of(CEMENT, PriceTag.of(3)), want(CEMENT, 1)).taxTotal().minor()).isZero();
    }

    @Test void tax_inside_the_price_is_told_and_not_added() {
        Quote quote = quote(ghana(true), Map.of(CEMENT, PriceTag.of(115_00)), want(CEMENT, 1));
        assertThat(quote.total().minor()).isEqualTo(115_00);
        assertThat(quote.taxTotal().minor()).isEqualTo(15_00);
        assertThat(quote.lines().getFirst().net().minor()).isEqualTo(100_00);
        assertThat(quote.explain(quote.lines().getFirst()).getLast().counts()).isFalse();
    }

    @Test void every_tax_category_has_its_rate_and_unknown_ones_are_standard() {
        Rules rules = new Rules("ebuildify", Currency.getInstance("GHS"), false,
            Map.of("standard", Percent.of("15"), "food", Percent.of("5"), "books", Percent.ZERO));
        Map<UUID, PriceTag> tags = Map.of(CEMENT, PriceTag.of(100_00));
        assertThat(rules.rate("food")).isEqualTo(Percent.of("5"));
        assertThat(rules.rate("books")).isEqualTo(Percent.ZERO);
        assertThat(rules.rate("never heard of")).isEqualTo(Percent.of("15"));
        assertThat(quoted(Calculation.price(rules, List.of(new Want(CEMENT, 1, "food", true)), tags, null, LATER))
            .taxTotal().minor()).isEqualTo(5_00);
    }

    @Test void shipping_is_taxed_is_free_from_a_sum_on_and_comes_only_with_goods_that_travel() {
        Calculation.Way van = new Calculation.Way("van", "Van", "standard",
            goods -> goods.minor() >= 100_00 ? Money.of(0, "GHS") : Money.of(20_00, "GHS"));
        Map<UUID, PriceTag> tags = Map.of(CEMENT, PriceTag.of(50_00));
        Quote small = quoted(Calculation.price(ghana(false), List.of(want(CEMENT, 1)), tags, van, LATER));
        assertThat(small.shippingTotal().minor()).isEqualTo(20_00);
        assertThat(small.taxTotal().minor()).isEqualTo(7_50 + 3_00);
        assertThat(small.total().minor()).isEqualTo(50_00 + 7_50 + 20_00 + 3_00);
        assertThat(quoted(Calculation.price(ghana(false), List.of(want(CEMENT, 2)), tags, van, LATER)).shippingTotal()
            .minor()).isZero();
        Want licence = new Want(CEMENT, 1, "standard", false);
        assertThat(quoted(Calculation.price(ghana(false), List.of(licence), tags, van, LATER)).shipping()).isNull();
    }

    @Test void nothing_wanted_costs_nothing() {
        Quote none = quote(ghana(false), Map.of());
        assertThat(none.total().isZero()).isTrue();
        assertThat(none.lines()).isEmpty();
    }

    @Test void a_variant_without_a_price_is_named_and_not_given_away() {
        assertThat(Calculation.price(ghana(false), List.of(want(CEMENT, 1), want(SAND, 1)),
            Map.of(SAND, PriceTag.of(1)), null, LATER)).isEqualTo(new Quoting.Unpriced(Set.of(CEMENT)));
    }

    @Test void too_much_money_is_refused_by_name_and_never_wraps_around() {
        Map<UUID, PriceTag> dear = Map.of(CEMENT, PriceTag.of(Quote.MINOR_MAX), SAND, PriceTag.of(900_000_000));
        for (List<Want> wants : List.of(List.of(want(CEMENT, 2)), List.of(want(CEMENT, 1_000_000)),
            List.of(want(SAND, 1_000_000), want(SAND, 500_000)), List.of(want(CEMENT, 1))))
            assertThat(Calculation.price(ghana(false), wants, dear, null, LATER))
                .isInstanceOf(Quoting.AmountTooLarge.class);
        assertThat(Calculation.price(ghana(true), List.of(want(CEMENT, 1)), dear, null, LATER))
            .isInstanceOf(Quoting.Quoted.class);
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "1000001", "2147483647"}) void a_want_is_born_with_a_sane_quantity(int quantity) {
        assertThatThrownBy(() -> want(CEMENT, quantity)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test void a_price_tag_is_born_valid() {
        assertThatThrownBy(() -> tag(2, 100)).hasMessageContaining("starts at 1");
        assertThatThrownBy(() -> tag(1, 100, 1, 90)).hasMessageContaining("higher quantity");
        assertThatThrownBy(() -> tag(1, 100, 10, 101)).hasMessageContaining("may not cost more");
        assertThatThrownBy(() -> tag(1, -1)).hasMessageContaining("not negative");
        assertThatThrownBy(() -> tag(1, 1_000_000_000_000_000L)).hasMessageContaining("15 digits");
        assertThatThrownBy(() -> tag(1, 100, 1_000_001, 90)).hasMessageContaining("at most");
        assertThatThrownBy(() -> new PriceTag(List.of())).hasMessageContaining("1 to 20");
    }

    @Test void a_quote_whose_parts_do_not_sum_up_cannot_be_made() {
        Quote good = quote(ghana(false), Map.of(CEMENT, BULK), want(CEMENT, 3));
        assertThatThrownBy(() -> new Quote(good.channel(), good.currency(), good.taxIncluded(), good.lines(), null,
            good.subtotal(), good.discountTotal(), good.shippingTotal(), good.taxTotal(),
            good.total().plus(Money.of(1, "GHS")), good.hash(), LATER)).isInstanceOf(IllegalStateException.class);
    }

    @Test void a_buyer_is_charged_what_he_agreed_to_or_asked_again() {
        Quote before = quote(ghana(false), Map.of(CEMENT, BULK), want(CEMENT, 2));
        Quote after = quote(ghana(false), Map.of(CEMENT, PriceTag.of(8300)), want(CEMENT, 2));
        Money seen = Money.of(8200, "GHS");

        assertThat(before.differenceFrom(before.hash(), Map.of())).isEmpty();
        assertThat(before.differenceFrom(null, Map.of(CEMENT, seen))).isEmpty();
        assertThat(before.differenceFrom(null, Map.of())).as("never shown").isEmpty();
        Quote.Move move = new Quote.Move(CEMENT, seen, Money.of(8300, "GHS"));
        assertThat(after.differenceFrom(null, Map.of(CEMENT, seen)))
            .contains(new Quote.Difference(List.of(move), after.hash(), after.total()));
        assertThat(after.differenceFrom(before.hash(), Map.of(CEMENT, seen)).orElseThrow().lines())
            .containsExactly(move);
        assertThat(after.differenceFrom(before.hash(), Map.of()).orElseThrow().lines())
            .as("an agreed hash refuses even where no unit price is known to have moved").isEmpty();
        assertThat(after.differenceFrom(after.hash(), Map.of(CEMENT, seen)))
            .as("a fresh agreement overrules what the cart saw").isEmpty();
    }

    private static Rules ghana(boolean taxIncluded) {
        return new Rules("ebuildify", Currency.getInstance("GHS"), taxIncluded, Map.of("standard", Percent.of("15")));
    }

    private static Want want(UUID variant, int quantity) {
        return new Want(variant, quantity, "standard", true);
    }

    private static PriceTag tag(long... fromAndMinor) {
        List<PriceTag.Step> steps = new java.util.ArrayList<>();
        for (int i = 0; i < fromAndMinor.length; i += 2)
            steps.add(new PriceTag.Step((int) fromAndMinor[i], fromAndMinor[i + 1]));
        return new PriceTag(steps);
    }

    private static Quote quote(Rules rules, Map<UUID, PriceTag> tags, Want... wants) {
        return quoted(Calculation.price(rules, List.of(wants), tags, null, LATER));
    }

    static Quote quoted(@Nullable Quoting quoting) {
        assertThat(quoting).isInstanceOf(Quoting.Quoted.class);
        return ((Quoting.Quoted) java.util.Objects.requireNonNull(quoting)).quote();
    }
}
