package io.millrace.vault;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.postgres.Postgres;
import io.millrace.testing.Shop;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/// A person's key may be made inside a transaction that comes to nothing.
class TakenBackTest {
    private final Shop shop = Shop.shared();

    /// Guard: a key read inside a transaction is not remembered. Without it the second sealing uses a key that is
    /// nowhere, and nobody can ever open what it sealed.
    @Test void a_key_that_a_transaction_took_back_seals_nothing() {
        Vault vault = shop.bean(Vault.class);
        UUID person = UUID.randomUUID();
        Place place = Place.of("test", person);
        shop.bean(Postgres.class)
            .transactional(vault.keyOrNew(person).then(Mono.error(new IllegalStateException("no"))))
            .onErrorComplete(IllegalStateException.class).toFuture().join();
        byte[] sealed = vault.keyOrNew(person).toFuture().join().seal(place, "1 River Road");
        vault.drop(person);
        DataKey later = vault.key(person).toFuture().join();
        assertThat(later).isNotNull();
        assertThat(later.openText(place, sealed)).isEqualTo("1 River Road");
    }
}
