package io.millrace.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.money.Money;
import io.millrace.testing.Shop;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// Batches of products against a real database: what is written, what is not, and what holds when two write at once.
class SavingTest {
    private static final String CHANNEL = "bizmarket";
    private final Shop shop = Shop.shared();
    private final Catalog catalog = shop.bean(Catalog.class);
    private final String mark = UUID.randomUUID().toString().substring(0, 8);

    @Test void a_batch_of_two_hundred_is_read_in_one_statement_and_written_in_one() {
        List<Saved> saved = save(many(200, "9.99 USD"));
        assertThat(saved).hasSize(200).allMatch(Saved.Created.class::isInstance);
        assertThat(count("select count(*) from catalog.variants where sku like ? || '-%'", mark)).isEqualTo(200);
        assertThat(facts()).isEqualTo(200);
    }

    @Test void the_second_import_of_the_same_changes_nothing_and_tells_nothing() {
        save(many(50, "9.99 USD"));
        assertThat(save(many(50, "9.99 USD"))).allMatch(Saved.Unchanged.class::isInstance);
        assertThat(facts()).isEqualTo(50);
        assertThat(save(many(50, "9.98 USD"))).allMatch(Saved.Changed.class::isInstance);
        assertThat(facts()).isEqualTo(100);
    }

    @Test void one_bad_draft_does_not_keep_the_others_out() {
        List<ProductDraft> drafts = new ArrayList<>(many(3, "1.00 USD"));
        drafts.set(1, ProductDraft.of(CHANNEL, " ", ProductType.PHYSICAL, VariantDraft.piece(mark + "-x", "",
            Money.parse("1.00 EUR"), -1L)));
        List<Saved> saved = save(drafts);
        assertThat(saved.get(0)).isInstanceOf(Saved.Created.class);
        assertThat(saved.get(2)).isInstanceOf(Saved.Created.class);
        assertThat(saved.get(1)).isInstanceOfSatisfying(Saved.Invalid.class, invalid -> assertThat(invalid.errors())
            .containsOnlyKeys("name", "variants[0].price", "variants[0].on_hand"));
    }

    @Test void the_same_product_twice_in_a_batch_is_written_one_after_the_other() {
        ProductDraft first = one("Twice", "a");
        List<Saved> saved = save(List.of(first, one("Twice renamed", "a")));
        assertThat(saved.get(0)).isInstanceOf(Saved.Created.class);
        assertThat(saved.get(1)).isInstanceOfSatisfying(Saved.Changed.class,
            changed -> assertThat(changed.product().name()).isEqualTo("Twice renamed"));
    }

    @Test void what_looks_the_same_is_the_same_sku() {
        save(List.of(one("Composed", "caf\u00e9")));
        assertThat(save(List.of(one("Decomposed", "cafe\u0301"))).getFirst())
            .isInstanceOfSatisfying(Saved.Changed.class,
                changed -> assertThat(changed.product().name()).isEqualTo("Decomposed"));
    }

    @Test void names_of_two_products_that_make_the_same_slug_step_aside() {
        Product first = product(save(List.of(one("Same name " + mark, "s1"))).getFirst());
        Product second = product(save(List.of(one("Same Name! " + mark, "s2"))).getFirst());
        assertThat(second.slug()).isNotEqualTo(first.slug()).startsWith(first.slug());
    }

    @Test void a_slug_keeps_its_history_and_nobody_else_can_take_it() {
        Product product = product(save(List.of(one("Old " + mark, "h1"))).getFirst());
        Product renamed = product(save(List.of(slugged(product.id(), "new-" + mark))).getFirst());
        assertThat(renamed.formerSlugs()).containsExactly("old-" + mark);
        Product other = product(save(List.of(one("Other " + mark, "h2"))).getFirst());
        assertThat(save(List.of(slugged(other.id(), "old-" + mark))).getFirst()).isInstanceOf(Saved.Invalid.class);
        Product back = product(save(List.of(slugged(product.id(), "old-" + mark))).getFirst());
        assertThat(back.formerSlugs()).containsExactly("new-" + mark);
    }

    /// Guard: the constraint `variants_sku`. Without it both would be created.
    @Test void of_two_products_created_at_once_with_one_sku_one_is_created() {
        List<CompletableFuture<List<Saved>>> racing = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ProductDraft draft = keyed("Racer " + i, "race-" + i, "race");
            racing.add(catalog.save(List.of(draft), Catalog.Repeats.CHANGE_NOTHING).toFuture());
        }
        List<Saved> all = racing.stream().flatMap(one -> one.join().stream()).toList();
        assertThat(all.stream().filter(Saved.Created.class::isInstance)).hasSize(1);
        assertThat(all.stream().filter(Saved.Invalid.class::isInstance)).hasSize(7);
        assertThat(count("select count(*) from catalog.variants where sku = ? and removed_at is null",
            mark + "-race")).isEqualTo(1);
    }

    /// Guard: the constraint `variants_one_default`. Without it the direct write goes through.
    @Test void a_product_never_has_two_default_variants() {
        Product product = product(save(List.of(new ProductDraft(null, CHANNEL, null, null, "Two sizes " + mark,
            ProductType.PHYSICAL, ProductStatus.ACTIVE, null, null, null, null, null, null, null, null, null,
            List.of(VariantDraft.piece(mark + "-d1", "S", null, null), VariantDraft.piece(mark + "-d2", "L", null,
                null)),
            true, null))).getFirst());
        assertThat(product.variants().stream().filter(Variant::isDefault).map(Variant::name)).containsExactly("S");
        assertThatThrownBy(() -> shop.database().execute(
            "update catalog.variants set is_default = true where product_id = ?", product.id()))
            .hasRootCauseMessage("ERROR: conflicting key value violates exclusion constraint \"variants_one_default\"\n"
                + "  Detail: Key (product_id)=(" + product.id() + ") conflicts with existing key (product_id)=("
                + product.id() + ").");
        Variant large = product.variants().getLast();
        Product moved = product(save(List.of(ProductBody.withVariant(product, new VariantDraft(large.id(), null, null,
            null, null, null, null, null, null, true, null, null, null, null), null))).getFirst());
        assertThat(moved.variants().stream().filter(Variant::isDefault).map(Variant::name)).containsExactly("L");
    }

    /// Guard: the primary key of `catalog.slugs` and the count of the rows it let through. Without it both take it.
    @Test void of_two_products_renamed_to_one_slug_at_once_one_gets_it() {
        List<Product> products = new ArrayList<>();
        for (int i = 0; i < 6; i++) products.add(product(save(List.of(one("Slug " + i + mark, "sl" + i))).getFirst()));
        List<Saved> all = products.stream().map(product -> catalog.save(List.of(slugged(product.id(), "won-" + mark)),
            Catalog.Repeats.COUNT).toFuture()).toList().stream().flatMap(one -> one.join().stream()).toList();
        assertThat(all.stream().filter(Saved.Changed.class::isInstance)).hasSize(1);
        assertThat(count("select count(*) from catalog.products where slug = ?", "won-" + mark)).isEqualTo(1);
    }

    /// Guard: `where p.version = excluded.version - 1`. Without it a writer undoes what he never saw.
    @Test void writers_of_one_version_at_once_do_not_undo_each_other() {
        Product product = product(save(List.of(one("Contended " + mark, "v"))).getFirst());
        List<Saved> all = new ArrayList<>();
        List<CompletableFuture<List<Saved>>> racing = new ArrayList<>();
        for (int i = 0; i < 8; i++)
            racing.add(catalog.save(List.of(versioned(product.id(), "Name " + i, product.version())),
                Catalog.Repeats.COUNT).toFuture());
        racing.forEach(one -> all.addAll(one.join()));
        assertThat(all.stream().filter(Saved.Changed.class::isInstance)).hasSize(1);
        assertThat(all.stream().filter(Saved.Stale.class::isInstance)).hasSize(7);
        assertThat(count("select version from catalog.products where id = ?", product.id())).isEqualTo(2);
    }

    @Test void a_removed_product_frees_its_names_and_its_variants_are_gone_for_buyers() {
        Product product = product(save(List.of(one("Gone " + mark, "g"))).getFirst());
        UUID variant = product.variants().getFirst().id();
        assertThat(catalog.variants(CHANNEL, List.of(variant)).toFuture().join()).hasSize(1);
        assertThat(catalog.remove(CHANNEL, product.id(), 1L).toFuture().join()).isInstanceOf(Saved.Changed.class);
        assertThat(catalog.variants(CHANNEL, List.of(variant)).toFuture().join()).isEmpty();
        assertThat(product(save(List.of(one("Gone " + mark, "g"))).getFirst()).slug()).isEqualTo("gone-" + mark);
    }

    @Test void buyers_rooms_see_a_variant_with_what_they_need_of_its_product() {
        Product product = product(save(List.of(one("Seen " + mark, "seen"))).getFirst());
        Variant seen = catalog.variants(CHANNEL, List.of(product.variants().getFirst().id())).toFuture().join()
            .getFirst();
        assertThat(seen.title()).isEqualTo("Seen " + mark);
        assertThat(seen.productSlug()).isEqualTo("seen-" + mark);
        assertThat(seen.active()).isTrue();
        assertThat(seen.poolKey()).isEqualTo("variant:" + seen.id());
        assertThat(catalog.variants("pecos", List.of(seen.id())).toFuture().join()).isEmpty();
    }

    private List<ProductDraft> many(int count, String price) {
        List<ProductDraft> drafts = new ArrayList<>();
        for (int i = 0; i < count; i++)
            drafts.add(ProductDraft.of(CHANNEL, "Thing " + mark + " " + i, ProductType.PHYSICAL,
                VariantDraft.piece(mark + "-" + i, "", Money.parse(price), 5L)));
        return drafts;
    }

    private ProductDraft one(String name, String sku) {
        return ProductDraft.of(CHANNEL, name, ProductType.PHYSICAL, VariantDraft.piece(mark + "-" + sku, "", null,
            null));
    }

    private ProductDraft keyed(String name, String key, String sku) {
        return new ProductDraft(null, CHANNEL, mark + key, null, name, ProductType.PHYSICAL, ProductStatus.ACTIVE, null,
            null, null, null, null, null, null, null, null, List.of(VariantDraft.piece(mark + "-" + sku, "", null,
                null)),
            true, null);
    }

    private static ProductDraft slugged(UUID id, String slug) {
        return new ProductDraft(id, CHANNEL, null, slug, null, null, null, null, null, null, null, null, null, null,
            null, null, null, false, null);
    }

    private static ProductDraft versioned(UUID id, String name, long version) {
        return new ProductDraft(id, CHANNEL, null, null, name, null, null, null, null, null, null, null, null, null,
            null, null, null, false, version);
    }

    private List<Saved> save(List<ProductDraft> drafts) {
        return catalog.save(drafts, Catalog.Repeats.CHANGE_NOTHING).toFuture().join();
    }

    private static Product product(Saved saved) {
        return switch (saved) {
            case Saved.Created(var product) -> product;
            case Saved.Changed(var product) -> product;
            case Saved.Unchanged(var product) -> product;
            default -> throw new AssertionError(saved);
        };
    }

    private long facts() {
        return count("select count(*) from messaging.facts where type = 'catalog.ProductSaved' "
            + "and payload -> 'product' ->> 'name' like 'Thing ' || ? || '%'", mark);
    }

    private long count(String sql, Object... binds) {
        return shop.database().number(sql, binds);
    }
}
