package io.millrace.cart;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.money.Money;
import io.millrace.money.Quantity;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// What a cart's lines may become.
class CartTest {
    private static final UUID BOOT = new UUID(1, 1);
    private static final UUID HAT = new UUID(1, 2);
    private final AtomicLong counter = new AtomicLong();
    private final Supplier<UUID> ids = () -> new UUID(9, counter.incrementAndGet());
    private final Cart empty = Cart.none("pecos");

    @Test void the_same_variant_with_the_same_options_is_one_line() {
        Cart cart = added(added(empty, BOOT, Map.of(), 1), BOOT, Map.of(), 2);
        assertThat(cart.lines()).singleElement().extracting(Cart.Line::quantity).isEqualTo(3);
        Cart engraved = added(cart, BOOT, Map.of("engraving", "A"), 1);
        assertThat(engraved.lines()).hasSize(2);
        assertThat(engraved.quantities()).containsExactly(Map.entry(BOOT, 4L));
    }

    @Test void a_line_never_has_none_nor_too_many() {
        Cart cart = added(empty, BOOT, Map.of(), Quantity.MAX);
        assertThat(cart.add(ids, BOOT, Map.of(), 1)).isInstanceOf(Editing.QuantityTooLarge.class);
        UUID line = cart.lines().getFirst().id();
        for (long wrong : new long[]{0, -1, Quantity.MAX + 1L, 1L << 31, Long.MIN_VALUE})
            assertThat(cart.quantity(line, wrong)).isInstanceOf(Editing.QuantityTooLarge.class);
    }

    @Test void a_cart_has_at_most_two_hundred_lines() {
        Cart cart = empty;
        for (int i = 0; i < Cart.LINES_MAX; i++) cart = added(cart, new UUID(2, i), Map.of(), 1);
        assertThat(cart.add(ids, BOOT, Map.of(), 1)).isInstanceOf(Editing.CartFull.class);
        assertThat(cart.add(ids, new UUID(2, 7), Map.of(), 1)).as("more of a line that is there")
            .isInstanceOf(Editing.Edited.class);
        assertThat(cart.merged(added(empty, BOOT, Map.of(), 1), ids)).as("all of a guest's lines or none")
            .isSameAs(cart);
    }

    @Test void lines_are_changed_and_removed_by_id_and_unknown_ids_are_refused() {
        Cart cart = added(added(empty, BOOT, Map.of(), 1), HAT, Map.of(), 1);
        UUID boot = cart.lines().getFirst().id();
        assertThat(((Editing.Edited) cart.quantity(boot, 5)).cart().quantities()).containsEntry(BOOT, 5L);
        assertThat(((Editing.Edited) cart.remove(boot)).cart().lines()).extracting(Cart.Line::variantId)
            .containsExactly(HAT);
        assertThat(cart.remove(HAT)).isInstanceOf(Editing.NoSuchLine.class);
        assertThat(cart.cleared().isEmpty()).isTrue();
    }

    @Test void two_carts_become_one_by_variant_and_options() {
        Cart mine = added(added(empty, BOOT, Map.of(), 1), HAT, Map.of("ribbon", "red"), 1);
        Cart guests = added(added(empty, BOOT, Map.of(), 2), HAT, Map.of(), 3);
        Cart one = mine.merged(guests, ids);
        assertThat(one.lines()).extracting(Cart.Line::quantity).containsExactly(3, 1, 3);
        assertThat(mine.merged(empty, ids)).isSameAs(mine);
    }

    @Test void what_was_shown_is_remembered_by_variant() {
        Cart cart = added(empty, BOOT, Map.of(), 1);
        assertThat(cart.seen()).isEmpty();
        Cart shown = cart.seenAt(Map.of(BOOT, Money.of(100, "USD")));
        assertThat(shown.seen()).containsEntry(BOOT, Money.of(100, "USD"));
        assertThat(shown.seenAt(Map.of()).seen()).as("an item without a price keeps what was seen")
            .containsEntry(BOOT, Money.of(100, "USD"));
    }

    private Cart added(Cart cart, UUID variant, Map<String, String> options, int quantity) {
        return ((Editing.Edited) cart.add(ids, variant, options, quantity)).cart();
    }
}
