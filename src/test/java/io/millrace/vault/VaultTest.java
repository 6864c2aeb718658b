package io.millrace.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.jobs.ShopClock;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.millrace.testing.Shop;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class VaultTest {
    private final Shop shop = Shop.shared();
    private final Postgres postgres = shop.bean(Postgres.class);
    private final Vault vault = shop.bean(Vault.class);
    private final String usual = Objects.requireNonNull(shop.setting("millrace.vault.keys"));
    private final UUID ada = UUID.randomUUID();
    private final Place here = Place.of("test", ada);

    private Vault vaultOf(String... keys) {
        Vault other = new Vault(postgres, Masters.of(List.of(keys)), shop.bean(ShopClock.class));
        other.unlock().block();
        return other;
    }

    private void forget(UUID person) {
        postgres.run(Write.of(vault.forget(person))).block();
    }

    @Test void a_persons_key_is_one_key_whoever_asks_for_it_first() {
        List<DataKey> keys = Objects.requireNonNull(Flux.range(0, 20)
            .flatMap(i -> vaultOf(usual).keyOrNew(ada), 8).collectList().block());
        byte[] sealed = keys.getFirst().seal(here, "Ada");
        assertThat(keys).allSatisfy(key -> assertThat(key.openText(here, sealed)).isEqualTo("Ada"));
    }

    @Test void a_key_made_in_a_statement_is_there_with_it_and_only_once() {
        Vault.Fresh fresh = vault.fresh(ada);
        postgres.run(Write.of(fresh.piece())).block();
        byte[] sealed = fresh.key().seal(here, "Ada");
        byte[] keyOf = (byte[]) shop.database().value("select vault.key_of(?)", ada);
        assertThat(vaultOf(usual).found(ada, keyOf).orElseThrow().openText(here, sealed)).isEqualTo("Ada");
        assertThatThrownBy(() -> postgres.run(Write.of(vault.fresh(ada).piece())).block())
            .isInstanceOf(Refused.class).hasMessage(Refused.STALE);
    }

    @Test void who_is_forgotten_has_no_key_any_more_and_gets_no_new_one() {
        Objects.requireNonNull(vault.keyOrNew(ada).block());
        forget(ada);
        vault.drop(ada);
        assertThat(vault.key(ada).blockOptional()).isEmpty();
        assertThatThrownBy(() -> vault.keyOrNew(ada).block()).isInstanceOf(Forgotten.class);
        assertThat(shop.database().value("select vault.key_of(?)", ada)).isNull();
        assertThat(shop.database().value("select wrapped from vault.keys where person = ?", ada)).isNull();
        UUID never = UUID.randomUUID();
        forget(never);
        assertThatThrownBy(() -> vault.keyOrNew(never).block()).isInstanceOf(Forgotten.class);
        forget(ada);
    }

    @Test void blind_indexes_are_the_same_on_every_node_and_differ_by_purpose() {
        assertThat(vault.blind("phone", "+233201234567")).hasSize(32)
            .isEqualTo(vaultOf(usual).blind("phone", "+233201234567"))
            .isNotEqualTo(vault.blind("email", "+233201234567"))
            .isNotEqualTo(vault.blind("phone", "+233201234568"));
        byte[] sealed = vault.shopKey("replies").seal(here, "secret");
        assertThat(vaultOf(usual).shopKey("replies").openText(here, sealed)).isEqualTo("secret");
        assertThatThrownBy(() -> vault.shopKey("other").open(here, sealed)).isInstanceOf(Tampered.class);
    }

    @Test void master_keys_are_exchanged_under_way_and_what_was_sealed_stays_readable() {
        String older = DataKeyTest.secret(9);
        List<UUID> people = java.util.stream.Stream.generate(UUID::randomUUID).limit(1_203).toList();
        Vault before = vaultOf(older, usual);
        Flux.fromIterable(people).flatMap(before::keyOrNew, 4).blockLast();
        byte[] sealed = Objects.requireNonNull(before.key(people.getLast()).block()).seal(here, "Ada");
        Masters next = Masters.of(List.of(usual, older));
        var meters = new SimpleMeterRegistry();
        Rotation rotation = new Rotation(postgres, next, vaultOf(usual, older), meters);
        assertThat(rotation.run().block()).isEqualTo(people.size());
        assertThat(meters.get("millrace.vault.keys.old").gauge().value()).isZero();
        assertThat(rotation.run().block()).isZero();
        Vault after = vaultOf(usual);
        assertThat(Objects.requireNonNull(after.key(people.getLast()).block()).openText(here, sealed))
            .as("the old master key may be taken away").isEqualTo("Ada");
    }

    @Test void no_key_lies_open_in_the_database() {
        DataKey key = Objects.requireNonNull(vault.keyOrNew(ada).block());
        assertThat(shop.database().number("""
            select count(*) from vault.keys where person = ? and position(decode(?, 'hex') in wrapped) > 0
            """, ada, java.util.HexFormat.of().formatHex(key.secret()))).isZero();
    }
}
