package io.millrace.cart;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobs.Jobs;
import io.millrace.testing.Shop;
import io.millrace.testing.Wares;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Carts that nobody comes back for.
class LeftoversTest {
    private static final Duration LONG_AGO = Duration.ofDays(40);
    private final Shop shop = Shop.shared();
    private final UUID variant = new Wares(shop).variant("pecos", "Left boots", "10.00 USD");

    @Test void a_guests_old_cart_goes_with_its_lines_and_nothing_else_does() {
        UUID old = cart(LONG_AGO, LONG_AGO, null, "open");
        UUID ordered = cart(LONG_AGO, LONG_AGO, UUID.randomUUID(), "ordered");
        UUID touched = cart(LONG_AGO, Duration.ofDays(2), null, "open");
        UUID fresh = cart(Duration.ofMinutes(5), Duration.ofMinutes(5), null, "open");
        UUID mine = cart(LONG_AGO, LONG_AGO, UUID.randomUUID(), "open");
        shop.bean(Jobs.class).run("cart.leftovers").block(Duration.ofSeconds(30));
        for (UUID gone : new UUID[]{old, ordered}) assertThat(rows(gone)).as("no trace").isZero();
        for (UUID stays : new UUID[]{touched, fresh, mine}) assertThat(rows(stays)).as("cart and line").isEqualTo(2);
    }

    private long rows(UUID cart) {
        return shop.database().number("select (select count(*) from cart.carts where id = ?) "
            + "+ (select count(*) from cart.lines where cart_id = ?)", cart, cart);
    }

    private UUID cart(Duration made, Duration changed, @Nullable UUID account, String status) {
        Instant now = Instant.now();
        UUID id = new UUID(now.minus(made).toEpochMilli() << 16 | 0x7000, ThreadLocalRandom.current().nextLong());
        String token = account == null ? id.toString().replace("-", "") : null;
        shop.database().execute("""
            insert into cart.carts (id, channel, account, token_hash, status, version, created_at, updated_at)
            values (?, 'pecos', ?, decode(?, 'hex'), ?, 1, now(), now() - ?::float8 * interval '1 second')""",
            id, account, token, status, changed.toSeconds());
        shop.database().execute("""
            insert into cart.lines (id, cart_id, variant_id, options_hash, quantity) values (?, ?, ?, '\\x00', 1)""",
            UUID.randomUUID(), id, variant);
        return id;
    }
}
