package io.millrace.federation;

import io.millrace.vault.PersonalRecords;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// A person's ways in from elsewhere, for his export and his erasure.
record OuterIdentityRecords(OuterIdentities identities) implements PersonalRecords {
    @Override public String section() {
        return "sign-in-elsewhere";
    }

    @Override public Flux<OuterIdentities.Mine> of(UUID account) {
        return identities.of(account);
    }

    @Override public Mono<Void> erase(UUID account) {
        return identities.forget(account).then();
    }
}
