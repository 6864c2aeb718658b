package io.millrace.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.Product;
import io.millrace.channel.Channel;
import io.millrace.channel.Channels;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import io.millrace.testing.Wares;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/// Price lists against a real database: what the catalogue says, what admins set, what is told.
class PriceListsTest {
    private static final String CHANNEL = "ebuildify";
    private final Shop shop = Shop.shared();
    private final Wares wares = new Wares(shop);
    private final Pricing pricing = shop.bean(Pricing.class);
    private final Client admin = wares.admin();
    private final Channel channel = shop.bean(Channels.class).byCode(CHANNEL).orElseThrow();

    @Test void what_a_catalogue_writer_says_is_the_base_price_and_is_told_once() {
        Product cement = wares.piece(CHANNEL, "Cement", "82.00 GHS", "150 77.90 GHS");
        assertThat(tag(cement)).isEqualTo(new PriceTag(List.of(new PriceTag.Step(1, 8200),
            new PriceTag.Step(150, 7790))));
        wares.reprice(cement, "82.00 GHS");
        wares.reprice(cement, null, "150 77.90 GHS");
        assertThat(told(cement)).as("the same again is neither written nor told").isEqualTo(1);
        wares.reprice(cement, "80.00 GHS");
        assertThat(tag(cement).steps()).as("breaks stay when only the price is said").hasSize(2);
        wares.reprice(cement, "70.00 GHS");
        assertThat(tag(cement)).as("a break that costs more falls away").isEqualTo(PriceTag.of(7000));
        assertThat(told(cement)).isEqualTo(3);
        assertThat(shop.database().value("select payload -> 'from_price' ->> 'amount' from messaging.facts "
            + "where aggregate = ? order by version desc limit 1", "prices:ebuildify:" + cement.id()))
            .isEqualTo("70.00");
    }

    @Test void a_removed_product_has_no_prices() {
        Product cement = wares.piece(CHANNEL, "Gone cement", "82.00 GHS");
        shop.bean(Catalog.class).remove(CHANNEL, cement.id(), null).toFuture().join();
        assertThat(pricing.tags(CHANNEL, List.of(cement.variants().getFirst().id())).toFuture().join()).isEmpty();
    }

    @Test void a_quote_reads_prices_taxes_and_the_first_way_to_ship_of_its_channel() {
        UUID cement = wares.variant(CHANNEL, "Quoted cement", "82.00 GHS", "150 77.90 GHS");
        for (int bags : new int[]{149, 150}) {
            Quote quote = QuoteTest.quoted(pricing.quote(channel,
                List.of(new Want(cement, bags, "standard", true)), null).toFuture().join());
            assertThat(quote.discountTotal().isPositive()).isEqualTo(bags == 150);
            assertThat(quote.shipping()).isNotNull();
            assertThat(quote.shippingTotal()).isEqualTo(channel.shippingMethods().getFirst().price());
        }
        assertThat(pricing.quote(channel, List.of(), "teleport").toFuture().join())
            .isEqualTo(new Quoting.UnknownShipping("teleport"));
        UUID nowhere = UUID.randomUUID();
        assertThat(pricing.quote(channel, List.of(new Want(nowhere, 1, "standard", true)), null).toFuture().join())
            .isEqualTo(new Quoting.Unpriced(java.util.Set.of(nowhere)));
    }

    @Test void an_admin_sets_breaks_and_a_stale_one_is_told_so() {
        Product sand = wares.piece(CHANNEL, "Sand", "5.00 GHS");
        String path = "admin/price-lists/ebuildify/products/" + sand.id();
        Answer before = admin.get(path).expect(200);
        Map<String, Object> body = Map.of("prices", List.of(Map.of("variant_id", variant(sand), "price", ghs("5.00"),
            "breaks", List.of(Map.of("from_quantity", 10, "price", ghs("4.50"))))));
        String etag = String.valueOf(before.header("ETag"));
        Answer after = admin.with("If-Match", etag).put(path, body).expect(200);
        assertThat(after.data().path("version").asLong()).isEqualTo(2);
        assertThat(admin.with("If-Match", etag).put(path, body).expect(412).code()).isEqualTo("stale");
        assertThat(admin.put(path, body).expect(200).data().path("version").asLong()).as("unchanged").isEqualTo(2);
        assertThat(told(sand)).isEqualTo(2);
        assertThat(tag(sand).at(10).minor()).isEqualTo(450);
        assertThat(admin.get("admin/price-lists").expect(200).data().size()).isEqualTo(5);
        assertThat(admin.get("admin/price-lists/ebuildify?per_page=1").expect(200).data().size()).isEqualTo(1);
    }

    @Test void wrong_prices_are_all_named_and_change_nothing() {
        Product sand = wares.piece(CHANNEL, "Wrong sand", "5.00 GHS");
        String path = "admin/price-lists/ebuildify/products/" + sand.id();
        Map<String, Object> dollars = Map.of("amount", "5.00", "currency", "USD");
        assertThat(errors(path, List.of(Map.of("variant_id", variant(sand), "price", dollars), Map.of("price",
            ghs("1.00"), "breaks", List.of(Map.of("price", ghs("1.00"))))))).containsExactlyInAnyOrder(
                "prices[0].price", "prices[1].variant_id", "prices[1].breaks[0].from_quantity");
        assertThat(errors(path, List.of())).containsExactly("prices");
        assertThat(errors(path, List.of(Map.of("variant_id", variant(sand), "price", ghs("-5.00")))))
            .containsExactly("prices[0]");
        assertThat(errors(path, List.of(Map.of("variant_id", variant(sand), "price", ghs("5.00"), "breaks",
            List.of(Map.of("from_quantity", 2, "price", ghs("6.00"))))))).containsExactly("prices[0]");
        assertThat(errors(path, List.of(Map.of("variant_id", UUID.randomUUID(), "price", ghs("5.00")))))
            .containsExactly("prices");
        assertThat(tag(sand)).isEqualTo(PriceTag.of(500));
        admin.get("admin/price-lists/nowhere").expect(404);
        admin.get("admin/price-lists/ebuildify/products/" + UUID.randomUUID()).expect(404);
    }

    @Test void only_who_may_write_prices_sees_the_lists() {
        shop.client().get("admin/price-lists").expect(401);
        wares.customer().get("admin/price-lists").expect(403);
    }

    /// Guard: `where p.version = excluded.version - 1` of `prices_counted`. Without it the second write wins silently.
    @Test void of_writers_who_read_the_same_version_one_wins_and_the_others_are_stale() {
        Product sand = wares.piece(CHANNEL, "Contended sand", "5.00 GHS");
        PriceSheet before = new PriceSheet(CHANNEL, sand.id(), 1, Map.of(variant(sand), PriceTag.of(500)));
        List<CompletableFuture<Write.Answers>> racing = java.util.stream.IntStream.range(0, 8).mapToObj(i -> {
            PriceSheet next = before.with(Map.of(variant(sand), PriceTag.of(400 + i)));
            return shop.bean(Messaging.class).commit(Change.of(PriceLists.write(Map.of(next, before), Instant.EPOCH)))
                .toFuture();
        }).toList();
        long won = racing.stream().filter(PriceListsTest::succeeded).count();
        assertThat(won).isEqualTo(1);
        assertThat(shop.database().number("select version from pricing.products where product_id = ?", sand.id()))
            .isEqualTo(2);
    }

    /// Guard: the checks of `pricing.prices`. Without them a negative price could be stored.
    @Test void the_table_itself_refuses_prices_below_nothing() {
        PriceTag fine = PriceTag.of(1);
        assertThat(fine.listMinor()).isEqualTo(1);
        for (String amounts : List.of("{-1}", "{1,2}", "{1000000000000000}"))
            assertThatThrownBy(() -> shop.database().execute("insert into pricing.prices values "
                + "('x', gen_random_uuid(), gen_random_uuid(), '{1}', ?::bigint[], now())", amounts))
                .hasStackTraceContaining("violates check constraint");
        assertThat(shop.bean(Postgres.class)).isNotNull();
    }

    private static boolean succeeded(CompletableFuture<Write.Answers> racer) {
        try {
            racer.join();
            return true;
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOfSatisfying(Refused.class,
                refused -> assertThat(refused.is(Refused.STALE)).isTrue());
            return false;
        }
    }

    private List<String> errors(String path, List<?> prices) {
        return List.copyOf(admin.put(path, Map.of("prices", prices)).expect(422).json().path("errors")
            .propertyNames());
    }

    private PriceTag tag(Product product) {
        return java.util.Objects.requireNonNull(
            pricing.tags(CHANNEL, List.of(variant(product))).toFuture().join().get(variant(product)));
    }

    private long told(Product product) {
        return shop.database().number("select count(*) from messaging.facts where aggregate = ?",
            "prices:ebuildify:" + product.id());
    }

    private static UUID variant(Product product) {
        return product.variants().getFirst().id();
    }

    private static Map<String, Object> ghs(String amount) {
        return Map.of("amount", amount, "currency", "GHS");
    }

}
