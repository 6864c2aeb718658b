package io.millrace.cart;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.money.Quantity;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import io.millrace.testing.Wares;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A guest's cart becomes the account's at sign-in. The rule: what is the same (variant and options) is added up, what
/// is not is a line of its own; all of it in one transaction, or nothing when together it is more than a cart holds.
/// Attack 11: limits hold whatever is merged.
class MergeTest {
    private static final int LINES = 65;
    private static final int SIGN_INS = 50;
    private final Shop shop = Shop.shared();
    private final Wares wares = new Wares(shop);
    private final Client visitor = shop.client().channel("pecos");
    private final Map<String, String> who = Map.of("email", UUID.randomUUID() + "@example.com", "password",
        "Wander-2026", "first_name", "Ann", "last_name", "Lee");

    /// Guards: one open cart of an account by index, the version of both carts in the statement that pours one into the
    /// other. Without the version lines are poured twice; without the index there are two carts.
    @Test void sixty_five_lines_survive_fifty_sign_ins_at_once_and_are_poured_once() {
        List<UUID> goods = IntStream.range(0, LINES)
            .mapToObj(i -> wares.variant("pecos", "Thing " + i + UUID.randomUUID(), "1.00 USD")).toList();
        visitor.post("auth/register", who);
        Client ann = signedIn();
        ann.post("cart/items", item(goods.getFirst(), 2)).expect(201);
        ann.post("cart/items", Map.of("variant_id", goods.get(1), "quantity", 4, "options", Map.of("engraving", "A")))
            .expect(201);
        Client guest = guest(goods.getFirst(), 1);
        for (int i = 1; i < LINES; i++) guest.post("cart/items", item(goods.get(i), i + 1)).expect(201);

        List<Answer> carts = atOnce(SIGN_INS, i -> signedIn(guest).get("cart"));

        assertThat(carts).allMatch(answer -> answer.status() == 200);
        assertThat(lines(carts.getLast())).isEqualTo(lines(ann.get("cart")));
        var items = ann.get("cart").expect(200).data().path("items");
        assertThat(items.size()).as("65 and the engraved one").isEqualTo(LINES + 1);
        Map<String, Integer> wanted = new HashMap<>();
        wanted.put(goods.getFirst() + "{}", 3);
        wanted.put(goods.get(1) + "{\"engraving\":\"A\"}", 4);
        for (int i = 1; i < LINES; i++) wanted.put(goods.get(i) + "{}", i + 1);
        assertThat(lines(ann.get("cart"))).isEqualTo(wanted);
        assertThat(shop.database().number("""
            select count(*) from cart.carts c where status = 'open' and account is null and exists (
                select from cart.lines l where l.cart_id = c.id and l.variant_id = ?)""", goods.get(40))).isZero();
        assertThat(lines(signedIn(guest).get("cart"))).as("signing in once more pours nothing").isEqualTo(wanted);
        assertThat(guest.get("cart").data().path("items").size()).as("the guest's own is empty").isZero();
    }

    @Test void what_does_not_fit_together_stays_apart_and_is_not_lost() {
        UUID sand = wares.variant("pecos", "Sand " + UUID.randomUUID(), "0.01 USD");
        visitor.post("auth/register", who);
        Client ann = signedIn();
        ann.post("cart/items", item(sand, Quantity.MAX)).expect(201);
        Client guest = guest(sand, 1);
        assertThat(lines(signedIn(guest).get("cart").expect(200))).containsValue((int) Quantity.MAX);
        assertThat(lines(guest.get("cart"))).as("still the guest's").containsValue(1);
    }

    private Client guest(UUID variant, int quantity) {
        return visitor.with("X-Cart-Token",
            String.valueOf(visitor.post("cart/items", item(variant, quantity)).expect(201).header("X-Cart-Token")));
    }

    private Client signedIn() {
        return signedIn(visitor);
    }

    private Client signedIn(Client device) {
        return device.bearer(device.post("auth/login", Map.of("email", who.get("email"), "password",
            who.get("password"))).expect(200).data().path("access_token").asString());
    }

    private static Map<String, Object> item(UUID variant, long quantity) {
        return Map.of("variant_id", variant, "quantity", quantity);
    }

    private static Map<String, Integer> lines(Answer cart) {
        Map<String, Integer> lines = new HashMap<>();
        cart.data().path("items").forEach(line -> assertThat(lines.put(line.path("variant_id").asString()
            + (line.path("options").isMissingNode() ? "{}" : line.path("options").toString()),
            line.path("quantity").asInt())).as("no two lines are the same").isNull());
        return lines;
    }

    private static <T> List<T> atOnce(int many, IntFunction<T> what) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return IntStream.range(0, many)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> what.apply(i), threads)).toList().stream()
                .map(CompletableFuture::join).toList();
        }
    }
}
