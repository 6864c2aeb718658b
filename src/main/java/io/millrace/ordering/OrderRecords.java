package io.millrace.ordering;

import io.millrace.vault.PersonalRecords;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// A person's orders: told whole, and kept without the person.
final class OrderRecords implements PersonalRecords {
    private static final int ORDERS_PER_READ = 200;

    private final Orders orders;
    private final InstantSource clock;

    OrderRecords(Orders orders, InstantSource clock) {
        this.orders = orders;
        this.clock = clock;
    }

    @Override public String section() {
        return "orders";
    }

    @Override public Flux<OrderView> of(UUID account) {
        return page(account, null).expand(page -> page.size() < ORDERS_PER_READ ? Mono.empty()
            : page(account, page.getLast().id())).concatMapIterable(page -> page, 1);
    }

    @Override public Mono<Void> erase(UUID account) {
        return orders.forget(account, clock.instant()).then();
    }

    private Mono<List<OrderView>> page(UUID account, @Nullable UUID before) {
        return orders.mine(account, new Orders.Page(before, ORDERS_PER_READ, 0)).collectList();
    }
}
