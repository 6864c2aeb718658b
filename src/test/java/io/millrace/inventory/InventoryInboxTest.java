package io.millrace.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.CatalogEvent;
import io.millrace.catalog.Offer;
import io.millrace.catalog.Product;
import io.millrace.catalog.ProductStatus;
import io.millrace.catalog.ProductType;
import io.millrace.catalog.Unit;
import io.millrace.catalog.Variant;
import io.millrace.jobs.ShopClock;
import io.millrace.messaging.Change;
import io.millrace.postgres.Postgres;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InventoryInboxTest {
    private final Stockroom room = new Stockroom(Shop.shared());
    private final InventoryInbox inbox = new InventoryInbox(new ShopClock());
    private final UUID product = room.ids.next();

    @Test void weighed_variants_share_one_pool_and_pieces_have_their_own() {
        Variant small = grams(100);
        Variant large = grams(1_000);
        hear(saved(ProductType.WEIGHED, List.of(small, large), said(small, 2_000L)));
        assertThat(check(small, 20)).isNull();
        assertThat(check(large, 2)).isNull();
        assertThat(check(large, 3)).isEqualTo("out_of_stock");
        UUID boots = room.ids.next();
        Variant eight = piece(boots);
        Variant nine = piece(boots);
        hear(saved(boots, ProductType.PHYSICAL, List.of(eight, nine), said(eight, 3L), said(nine, 1L)));
        assertThat(check(eight, 3)).isNull();
        assertThat(check(nine, 2)).isEqualTo("out_of_stock");
        assertThat(room.contradictions()).isEmpty();
    }

    @Test void the_opening_is_told_so_that_the_shop_window_knows() {
        Variant small = grams(100);
        hear(saved(ProductType.WEIGHED, List.of(small), said(small, 2_000L)));
        assertThat(room.story("pool:" + product)).containsExactly("StockIn");
    }

    @Test void nothing_that_is_so_already_is_written_again() {
        Variant small = grams(100);
        var fact = saved(ProductType.WEIGHED, List.of(small), said(small, 2_000L));
        hear(fact);
        String before = rows();
        hear(fact);
        assertThat(rows()).isEqualTo(before);
        hear(saved(ProductType.WEIGHED, List.of(small)));
        assertThat(rows()).isEqualTo(before);
    }

    @Test void a_new_count_is_journalled_and_never_goes_below_what_is_promised() {
        Variant small = grams(100);
        hear(saved(ProductType.WEIGHED, List.of(small), said(small, 2_000L)));
        room.run(room.inventory.reserve(room.ids.next(), "order:i", List.of(new Line(small.id(), 5)),
            Instant.now().plus(Duration.ofMinutes(5))));
        hear(saved(ProductType.WEIGHED, List.of(small), said(small, 1_200L)));
        assertThat(onHand()).isEqualTo(1_200);
        hear(saved(ProductType.WEIGHED, List.of(small), said(small, 100L)));
        assertThat(onHand()).isEqualTo(500);
        assertThat(room.contradictions()).isEmpty();
    }

    @Test void goods_that_do_not_travel_are_counted_only_when_somebody_says_how_many() {
        Variant licence = piece(product);
        hear(saved(ProductType.SOFTWARE, List.of(licence)));
        assertThat(check(licence, 1_000)).isNull();
        assertThat(room.run(room.inventory.takeNow(room.ids.next(), "order:j", List.of(new Line(licence.id(), 5)))))
            .isNull();
        hear(saved(ProductType.SOFTWARE, List.of(licence), said(licence, 2L)));
        assertThat(check(licence, 3)).isEqualTo("out_of_stock");
        hear(saved(ProductType.SOFTWARE, List.of(licence)));
        assertThat(check(licence, 3)).isEqualTo("out_of_stock");
        assertThat(room.contradictions()).isEmpty();
    }

    @Test void removed_variants_are_sold_no_longer_but_may_come_back() {
        Variant small = grams(100);
        Variant large = grams(1_000);
        hear(saved(ProductType.WEIGHED, List.of(small, large), said(small, 2_000L)));
        UUID sold = room.ids.next();
        room.run(room.inventory.takeNow(sold, "order:k", List.of(new Line(large.id(), 1))));
        hear(saved(ProductType.WEIGHED, List.of(small)));
        assertThat(check(large, 1)).isEqualTo("unknown_variant");
        assertThat(check(small, 1)).isNull();
        hear(new CatalogEvent.ProductRemoved(room.ids.next(), 9, Instant.now(), product, "sweets",
            List.of(small.id())));
        assertThat(check(small, 1)).isEqualTo("unknown_variant");
        assertThat(room.run(room.inventory.restock(room.wait(room.inventory.reservation(sold)),
            List.of(new Line(large.id(), 1))))).isNull();
        assertThat(onHand()).isEqualTo(2_000);
    }

    @Test void many_products_are_one_statement() {
        List<CatalogEvent> facts = new ArrayList<>();
        List<UUID> products = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            UUID id = room.ids.next();
            Variant only = piece(id);
            products.add(id);
            facts.add(saved(id, ProductType.PHYSICAL, List.of(only), said(only, 7L)));
        }
        hear(facts.toArray(CatalogEvent[]::new));
        assertThat(room.database.number("select sum(on_hand) from inventory.pools where product_id = any (?)",
            (Object) products.toArray(UUID[]::new))).isEqualTo(3_500);
    }

    /// Null when it can be had.
    private @Nullable String check(Variant variant, int quantity) {
        var shortages = room.wait(room.inventory.shortages(List.of(new Line(variant.id(), quantity))));
        return shortages.isEmpty() ? null : shortages.getFirst().known() ? "out_of_stock" : "unknown_variant";
    }

    private void hear(CatalogEvent... facts) {
        room.wait(inbox.hear(List.of(facts), Change.of())
            .flatMap(change -> room.shop.bean(Postgres.class).run(change.write())));
    }

    private long onHand() {
        return room.database.number("select on_hand from inventory.pools where product_id = ?", product);
    }

    private String rows() {
        return room.database.rows("""
            select p.xmin::text, p.*, d.xmin::text as draw_xmin, d.* from inventory.pools p
              join inventory.draws d on d.pool_id = p.id where p.product_id = ?
            """, product).toString();
    }

    private Variant grams(long factor) {
        return variant(product, Unit.GRAM, factor);
    }

    private Variant piece(UUID of) {
        return variant(of, Unit.PIECE, 1);
    }

    private Variant variant(UUID of, Unit unit, long factor) {
        UUID id = room.ids.next();
        return new Variant(id, of, "sweets", "SKU-" + id, "", "Gulab jamun", "gulab-jamun", ProductType.WEIGHED,
            "food", null, unit, factor, null, null, null, Map.of(), 0, true, true);
    }

    private CatalogEvent.ProductSaved saved(ProductType type, List<Variant> variants, Offer... offers) {
        return saved(product, type, variants, offers);
    }

    private CatalogEvent.ProductSaved saved(UUID id, ProductType type, List<Variant> variants, Offer... offers) {
        Instant now = Instant.now();
        return new CatalogEvent.ProductSaved(room.ids.next(), 1, now, new Product(id, "sweets", null, "gulab-jamun",
            List.of(), "Gulab jamun", type, ProductStatus.ACTIVE, "", "", null, "food", null, Map.of(), List.of(),
            List.of(), null, variants, 1, now, now, now), List.of(offers));
    }

    private static Offer said(Variant variant, Long onHand) {
        return new Offer(variant.id(), variant.sku(), null, null, onHand);
    }
}
