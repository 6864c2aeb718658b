package io.millrace.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Attacks 23 and 30 (OWASP API2 and API4, ASVS 6.3.1): who tries keys is told to stop, and costs nothing from then on.
class BadKeysTest {
    private static final int MOST = 3;
    private static Shop shop;
    private static Client admin;

    @BeforeAll static void start() {
        shop = Shop.with("millrace.limits.keys", MOST + "/15m", "millrace.http.trusted-proxies",
            "127.0.0.0/8, ::1");
        admin = new People(shop).admin();
    }

    @AfterAll static void stop() {
        shop.close();
    }

    /// A client at an address that nobody else has.
    private static Client somewhere() {
        return shop.client().with("X-Forwarded-For", "2001:db8:" + Integer.toHexString(ThreadLocalRandom.current()
            .nextInt(1, 0xffff)) + ":" + Integer.toHexString(ThreadLocalRandom.current().nextInt(1, 0xffff)) + "::1");
    }

    private static byte[] random() {
        byte[] random = new byte[KeyText.RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        return random;
    }

    private static String token() {
        return admin.post("user/tokens", Map.of("name", "desk", "scopes", List.of("ledger:read"))).expect(201).data()
            .path("token").asString();
    }

    /// Guards: the count after a look, for each kind of key.
    @Test void bad_keys_of_every_kind_are_counted_by_address_and_then_told_to_stop() {
        Client client = somewhere();
        List<IntFunction<Answer>> tries = List.of(
            i -> client.bearer(KeyText.personal(random()).value()).get("auth/me"),
            i -> client.bearer("mrp_mistyped").get("auth/me"),
            i -> client.bearer(KeyText.secret("pecos", random()).value()).get("admin/orders"),
            i -> client.with("X-Publishable-Key", KeyText.publishable("pecos", random()).value()).get("products"));
        for (int i = 0; i < MOST; i++) tries.get(i).apply(i).expect(401);
        for (var one : tries) {
            Answer refused = one.apply(MOST).expect(429);
            assertThat(refused.code()).isEqualTo("too_many_requests");
            assertThat(Integer.parseInt(String.valueOf(refused.header("Retry-After")))).isBetween(1, 900);
        }
        somewhere().bearer("mrp_mistyped").get("auth/me").expect(401);
        client.get("products").expect(200);
    }

    /// Guards: the look at the count before the look into the table, and what is known to be good.
    @Test void an_address_that_tries_keys_costs_no_look_and_locks_no_good_key_out() {
        Client client = somewhere();
        String good = token();
        client.bearer(good).get("admin/ledger/trial-balance").expect(200);
        for (int i = 0; i < MOST; i++) client.bearer(KeyText.personal(random()).value()).get("auth/me").expect(401);
        String unseen = token();
        String count = "select coalesce(sum(xact_commit + xact_rollback), 0) from pg_stat_database "
            + "where datname = current_database()";
        long before = shop.database().number(count);
        for (int i = 0; i < 300; i++) client.bearer(KeyText.personal(random()).value()).get("auth/me").expect(429);
        assertThat(shop.database().number(count) - before).isLessThan(150);
        client.bearer(unseen).get("admin/ledger/trial-balance").expect(429);
        somewhere().bearer(unseen).get("admin/ledger/trial-balance").expect(200);
        shop.bean(TokenCredentials.class).forgetAll();
        client.bearer(good).get("admin/ledger/trial-balance").expect(200);
        client.bearer(unseen).get("admin/ledger/trial-balance").expect(200);
    }
}
