package io.millrace.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import io.millrace.testing.Wares;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// F017: what a guest ordered becomes the account's of whoever proves the guest's address, and nobody else's.
class ClaimsTest {
    private final Shop shop = Shop.shared();
    private final Wares wares = new Wares(shop);
    private final Counter sweets = new Counter(shop, "sweets");
    private final String phone = "+9198" + ThreadLocalRandom.current().nextInt(10_000_000, 99_999_999);

    @Test void whoever_proves_the_phone_gets_its_orders_and_their_payments() {
        String order = guestOrders(phone, null);
        guestOrders("+9197" + phone.substring(5), null);
        Client asha = wares.customer().channel("sweets").checked();
        assertThat(asha.get("orders").data().size()).isZero();
        asha.post("orders/claim", Map.of("phone", phone, "code", "000000")).expect(403);
        Answer claimed = asha.post("orders/claim", Map.of("phone", phone, "code", code(phone))).expect(200);
        assertThat(claimed.data().path("orders").valueStream().map(one -> one.path("id").asString()))
            .containsExactly(order);
        assertThat(asha.get("orders").data().valueStream().map(one -> one.path("id").asString()))
            .containsExactly(order);
        assertThat(asha.get("payments").expect(200).data().size()).isEqualTo(1);
        asha.put("orders/" + order + "/cancel", Map.of()).expect(200);
        Client second = wares.customer().channel("sweets");
        Answer nothing = second.post("orders/claim", Map.of("phone", phone, "code", code(phone))).expect(200);
        assertThat(nothing.data().path("orders").size()).as("an order that has an owner is not handed on").isZero();
        second.get("orders/" + order).expect(404);
        shop.client().channel("sweets").post("orders/claim", Map.of("phone", phone, "code", "000000")).expect(401);
    }

    /// Guard: the row runs without a transaction around it. Inside that of a key a refused try would be taken back, and
    /// a code of six digits could be guessed in a million tries.
    @Test void wrong_codes_are_counted_under_idempotency_keys_too() {
        guestOrders(phone, null);
        String right = code(phone);
        Client mallory = wares.customer().channel("sweets");
        for (int i = 0; i < PhoneCodes.ATTEMPTS_MAX; i++)
            mallory.idempotencyKey(UUID.randomUUID().toString()).post("orders/claim", Map.of("phone", phone, "code",
                right.equals("111111") ? "222222" : "111111")).expect(403);
        mallory.idempotencyKey(UUID.randomUUID().toString()).post("orders/claim", Map.of("phone", phone, "code", right))
            .expect(403);
    }

    /// Guard: a code is good once. Without that both accounts get to the orders.
    @Test void two_accounts_with_one_code_one_of_them_is_right() {
        String order = guestOrders(phone, null);
        String code = code(phone);
        List<Client> both = List.of(wares.customer().channel("sweets"), wares.customer().channel("sweets"));
        List<Answer> answers = both.stream().map(who -> CompletableFuture.supplyAsync(
            () -> who.post("orders/claim", Map.of("phone", phone, "code", code)))).toList().stream()
            .map(CompletableFuture::join).toList();
        assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(1);
        assertThat(answers).filteredOn(answer -> answer.status() == 403).hasSize(1);
        assertThat(both).filteredOn(who -> who.get("orders/" + order).status() == 200).hasSize(1);
    }

    /// Guard: `account is null` in the update, looked at again after waiting for the row. Without it the slower of two
    /// who both proved the phone takes the orders from the faster.
    @Test void two_accounts_that_both_proved_the_phone_never_share_or_lose_an_order() {
        Set<UUID> orders = new HashSet<>();
        for (int i = 0; i < 12; i++) orders.add(UUID.fromString(guestOrders(phone, null)));
        Claims claims = shop.bean(Claims.class);
        List<UUID> accounts = List.of(UUID.randomUUID(), UUID.randomUUID());
        List<List<Claims.Claimed>> got = IntStream.range(0, 8)
            .mapToObj(i -> claims.ofPhone("sweets", phone, accounts.get(i % 2)).toFuture()).toList().stream()
            .map(CompletableFuture::join).toList();
        List<UUID> handed = got.stream().flatMap(List::stream).map(Claims.Claimed::id).toList();
        assertThat(handed).containsExactlyInAnyOrderElementsOf(orders);
        for (UUID account : accounts)
            assertThat(shop.database().number("select count(*) from payment.payments where payer = ?", account))
                .isEqualTo(shop.database().number("select count(*) from ordering.orders where account = ?", account));
    }

    @Test void by_mail_only_with_a_proven_address() {
        Client ann = wares.customer().channel("sweets").checked();
        String email = ann.get("auth/me").data().path("email").asString();
        String order = guestOrders(phone, email.toUpperCase(java.util.Locale.ROOT));
        shop.database().execute("update identity.accounts set email_verified_at = null where email_blind = ?",
            shop.blind(email));
        assertThat(ann.post("orders/claim", Map.of()).expect(409).code()).isEqualTo("email_not_verified");
        ann.get("orders/" + order).expect(404);
        shop.database().execute("update identity.accounts set email_verified_at = now() where email_blind = ?",
            shop.blind(email));
        assertThat(ann.post("orders/claim", null).expect(200).data().path("orders").size()).isEqualTo(1);
        ann.get("orders/" + order).expect(200);
        assertThat(ann.post("orders/claim", null).expect(200).data().path("orders").size()).isZero();
    }

    private String guestOrders(String phone, @org.jspecify.annotations.Nullable String email) {
        Map<String, Object> body = sweets.body("cod", List.of(Counter.item(sweets.goods("50.00 INR", 5), 1)));
        body.put("contact", email == null ? Map.of("name", "Asha", "phone", phone)
            : Map.of("name", "Asha", "phone", phone, "email", email));
        return sweets.client().post("orders", body).expect(201).data().path("id").asString();
    }

    private String code(String phone) {
        sweets.client().post("orders/search/code", Map.of("phone", phone)).expect(202);
        return wares.admin().channel("sweets").get("admin/orders/search-codes?phone=" + phone.replace("+", "%2B"))
            .expect(200).data().path("code").asString();
    }
}
