package io.millrace.cart;

import static io.millrace.cart.Trolley.add;
import static io.millrace.cart.Trolley.opened;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.Product;
import io.millrace.channel.Channel;
import io.millrace.channel.Channels;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Refused;
import io.millrace.pricing.Pricing;
import io.millrace.pricing.Quote;
import io.millrace.pricing.Quoting;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import io.millrace.testing.Wares;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What keeps a cart right when several hands are in it, and what ordering relies on when it takes it over.
class CartGuardsTest {
    private static final String CHANNEL = "ebuildify";
    private final Shop shop = Shop.shared();
    private final Wares wares = new Wares(shop);
    private final Client guest = shop.client().channel(CHANNEL);

    /// Guard: `version = :cart_version` of `CartRows.move`. Without it adds overwrite each other's quantity; the unique
    /// index on the open cart of an account keeps the first adds from opening several carts.
    @Test void fifty_adds_at_once_all_count() throws Exception {
        UUID boots = wares.variant(CHANNEL, "F boots", "100.00 GHS");
        List<UUID> others = new ArrayList<>();
        for (int i = 0; i < 5; i++) others.add(wares.variant(CHANNEL, "F hat " + i, "20.00 GHS"));
        Client account = wares.customer().channel(CHANNEL);
        List<Callable<Integer>> adds = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            UUID variant = i % 5 == 0 ? others.get(i / 5 % 5) : boots;
            Client client = i % 3 == 0 ? account.idempotencyKey("add-" + boots + i) : account;
            adds.add(() -> add(client, variant, 1).status());
        }
        List<Integer> statuses = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(50)) {
            for (Future<Integer> added : threads.invokeAll(adds)) statuses.add(added.get());
        }
        long done = statuses.stream().filter(status -> status == 201).count();
        JsonNode cart = account.get("cart").expect(200).data();
        long total = 0;
        for (JsonNode item : cart.path("items")) total += item.path("quantity").asLong();
        assertThat(statuses).allMatch(status -> status == 201 || status == 409);
        assertThat(total).as("what was acknowledged is there, and nothing else").isEqualTo(done);
        assertThat(statuses.stream().filter(status -> status == 409).count()).as("only first adds with a key may lose")
            .isLessThan(17);
        assertThat(cart.path("version").asLong()).isEqualTo(done);
        assertThat(cart.path("items").size()).isEqualTo(6);
    }

    @Test void a_change_of_another_version_than_the_clients_is_refused() {
        UUID boots = wares.variant(CHANNEL, "V boots", "100.00 GHS");
        Client mine = opened(guest, boots, 1);
        String etag = String.valueOf(mine.get("cart").header("ETag"));
        String line = mine.get("cart").data().path("items").get(0).path("id").asString();
        mine.with("If-Match", etag).put("cart/items/" + line, Map.of("quantity", 2)).expect(200);
        mine.with("If-Match", etag).put("cart/items/" + line, Map.of("quantity", 3)).expect(412);
        mine.with("If-Match", "\"nonsense\"").delete("cart").expect(412);
    }

    @Test void a_replayed_add_counts_once() {
        UUID boots = wares.variant(CHANNEL, "R boots", "100.00 GHS");
        Client mine = opened(guest, boots, 1).idempotencyKey("k-" + boots);
        Answer once = add(mine, boots, 1).expect(201);
        Answer again = add(mine, boots, 1).expect(201);
        assertThat(again.bytes()).isEqualTo(once.bytes());
        assertThat(mine.get("cart").data().path("items").get(0).path("quantity").asInt()).isEqualTo(2);
    }

    /// Guard: `version = :end_version and status = 'open'` of `CartRows.end`. Without it an order could be placed from
    /// lines that are not the cart's any more (attack 7), or twice.
    @Test void a_cart_is_closed_once_and_only_as_it_was_read() {
        UUID boots = wares.variant(CHANNEL, "C boots", "100.00 GHS");
        Answer opened = add(guest, boots, 1).expect(201);
        Client mine = guest.with("X-Cart-Token", String.valueOf(opened.header("X-Cart-Token")));
        CartRef ref = new CartRef(CHANNEL, Optional.empty(), Optional.ofNullable(opened.header("X-Cart-Token")));
        Cart read = shop.bean(Carts.class).read(ref).toFuture().join().cart();
        add(mine, boots, 1).expect(201);
        assertThatThrownBy(() -> close(read)).hasCauseInstanceOf(Refused.class);
        Cart again = shop.bean(Carts.class).read(ref).toFuture().join().cart();
        close(again);
        assertThatThrownBy(() -> close(again)).hasCauseInstanceOf(Refused.class);
        assertThat(mine.get("cart").expect(200).data().path("items").size()).as("an ordered cart is empty").isZero();
        Answer next = add(mine, boots, 1).expect(201);
        assertThat(next.header("X-Cart-Token")).as("the token stays the shopper's").isNull();
        assertThat(next.data().path("id").asString()).isNotEqualTo(String.valueOf(again.id()));
    }

    /// Attack 12: what ordering asks before it charges.
    @Test void ordering_hears_what_moved_since_the_client_last_saw_the_cart() {
        Product boots = wares.piece(CHANNEL, "D boots", "100.00 GHS");
        Answer opened = add(guest, boots.variants().getFirst().id(), 2).expect(201);
        CartRef ref = new CartRef(CHANNEL, Optional.empty(), Optional.ofNullable(opened.header("X-Cart-Token")));
        String agreed = opened.data().path("quote_hash").asString();
        assertThat(quoted(ref).differenceFrom(agreed, Map.of())).isEmpty();
        wares.reprice(boots, "120.00 GHS");
        PricedCart now = shop.bean(Carts.class).read(ref).toFuture().join();
        Quote.Difference difference = quoted(ref).differenceFrom(null, now.cart().seen()).orElseThrow();
        assertThat(difference.lines()).singleElement().satisfies(move -> {
            assertThat(move.seen().decimal()).isEqualTo("100.00");
            assertThat(move.now().decimal()).isEqualTo("120.00");
        });
        assertThat(quoted(ref).differenceFrom(agreed, now.cart().seen())).contains(difference);
        guest.with("X-Cart-Token", String.valueOf(opened.header("X-Cart-Token"))).get("cart").expect(200);
        PricedCart shown = shop.bean(Carts.class).read(ref).toFuture().join();
        assertThat(quoted(ref).differenceFrom(null, shown.cart().seen())).as("he has seen it now").isEmpty();
    }

    @Test void looking_is_one_statement_and_adding_is_two() {
        UUID boots = wares.variant(CHANNEL, "Counted boots", "100.00 GHS");
        Client mine = opened(guest, boots, 1);
        shop.database().execute("create extension if not exists pg_stat_statements");
        assertThat(statements(() -> mine.get("cart").expect(200))).isEqualTo(1);
        assertThat(statements(() -> add(mine, boots, 1).expect(201))).isEqualTo(2);
        assertThat(statements(() -> mine.get("cart/quote").expect(200))).isEqualTo(1);
    }

    private long statements(Runnable work) {
        String count = "select coalesce(sum(calls), 0) from pg_stat_statements s join pg_database d on d.oid = s.dbid "
            + "where d.datname = current_database() and query ~ '(cart|pricing|catalog)[.][a-z]'";
        long before = shop.database().number(count);
        work.run();
        return shop.database().number(count) - before;
    }

    /// Guard: the unique indexes of the open cart. Without them one person has two carts.
    @Test void one_person_has_one_open_cart_on_a_channel() {
        UUID account = UUID.randomUUID();
        String open = "insert into cart.carts (id, channel, account, version, created_at, updated_at) "
            + "values (gen_random_uuid(), 'pecos', ?, 1, now(), now())";
        shop.database().execute(open, account);
        assertThatThrownBy(() -> shop.database().execute(open, account)).hasStackTraceContaining("carts_open_account");
    }

    private Quote quoted(CartRef ref) {
        Channel channel = shop.bean(Channels.class).byCode(CHANNEL).orElseThrow();
        PricedCart cart = shop.bean(Carts.class).read(ref).toFuture().join();
        return ((Quoting.Quoted) shop.bean(Pricing.class).quote(channel, cart.wants(), cart.tags(), null)).quote();
    }

    private void close(Cart cart) {
        shop.bean(Messaging.class).commit(Change.of(Carts.close(java.util.Objects.requireNonNull(cart.id()),
            cart.version()))).toFuture().join();
    }
}
