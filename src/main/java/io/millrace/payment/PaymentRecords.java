package io.millrace.payment;

import io.millrace.vault.PersonalRecords;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// A person's payments: told; kept, because the law wants it and nothing in them names anybody but the account's id.
final class PaymentRecords implements PersonalRecords {
    private static final int PAYMENTS_PER_READ = 200;

    private final PaymentRows rows;

    PaymentRecords(PaymentRows rows) {
        this.rows = rows;
    }

    @Override public String section() {
        return "payments";
    }

    @Override public Flux<PaymentView> of(UUID account) {
        return page(account, null).expand(page -> page.size() < PAYMENTS_PER_READ ? Mono.empty()
            : page(account, page.getLast().id())).concatMapIterable(page -> page, 1);
    }

    @Override public Mono<Void> erase(UUID account) {
        return rows.forget(account);
    }

    private Mono<List<PaymentView>> page(UUID account, @Nullable UUID before) {
        return rows.mine(account, null, before, PAYMENTS_PER_READ).collectList();
    }
}
