package io.millrace.audit;

import io.millrace.vault.PersonalRecords;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// What a person did, told to himself. Nothing is erased: entries hold ids and masked values only, and who did what
/// must stay provable (GDPR article 17(3)).
final class OwnDeeds implements PersonalRecords {
    private static final int ENTRIES_PER_READ = 500;

    private final Entries entries;

    OwnDeeds(Entries entries) {
        this.entries = entries;
    }

    @Override public String section() {
        return "audit";
    }

    @Override public Flux<AuditRoutes.EntryView> of(UUID account) {
        return page(account, null).expand(page -> page.size() < ENTRIES_PER_READ ? Mono.empty()
            : page(account, page.getLast().position())).concatMapIterable(page -> page, 1)
            .map(AuditRoutes.EntryView::of);
    }

    @Override public Mono<Void> erase(UUID account) {
        return Mono.empty();
    }

    private Mono<List<Entries.Row>> page(UUID account, @Nullable Long before) {
        return entries.list(new Entries.Filter(account, null, null, null, null, null, before), ENTRIES_PER_READ)
            .collectList();
    }
}
