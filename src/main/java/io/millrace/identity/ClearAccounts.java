package io.millrace.identity;

import io.millrace.postgres.Postgres;
import io.millrace.vault.DataKey;
import io.millrace.vault.Vault;
import io.r2dbc.spi.Readable;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Seals the accounts that stand in clear from before they were sealed: at the start, before anybody is answered,
/// because nobody is found, and no address guarded, until its blind index is written. In portions, each a statement; it
/// may be stopped and begun again at any place, and by several nodes at once.
final class ClearAccounts {
    private static final int ROWS_PER_STEP = 1_000;
    private static final UUID FIRST = new UUID(0, 0);
    private static final HexFormat HEX = HexFormat.of();
    private static final Logger LOG = LoggerFactory.getLogger(ClearAccounts.class);

    private final Postgres postgres;
    private final Vault vault;
    private final PersonSeals seals;

    ClearAccounts(Postgres postgres, Vault vault, PersonSeals seals) {
        this.postgres = postgres;
        this.vault = vault;
        this.seals = seals;
    }

    private record Row(UUID id, String email, PersonSeals.About about) {}

    /// Answers how many it sealed.
    Mono<Long> seal() {
        return erased().then(portions().reduce(0L, Long::sum)).doOnNext(done -> {
            if (done > 0) LOG.info("{} accounts that stood in clear are sealed now", done);
        });
    }

    Flux<Long> portions() {
        return after(FIRST).expand(rows -> after(rows.getLast().id))
            .concatMap(rows -> vault.keysOrNew(rows.stream().map(Row::id).toList())
                .flatMap(keys -> sealed(rows, keys)), 0);
    }

    /// Whose key was taken away is erased: nothing of him is sealed, it goes.
    private Mono<Long> erased() {
        return postgres.update("""
            update identity.accounts set email = null, first_name = null, last_name = null, phone = null
             where email is not null and status = 'ERASED'
            """, Map.of());
    }

    private Mono<List<Row>> after(UUID last) {
        return postgres.query("""
            select id, email, first_name, last_name, phone from identity.accounts
             where email is not null and status <> 'ERASED' and id > :last order by id limit :many
            """, Map.of("last", last, "many", ROWS_PER_STEP), ClearAccounts::row).collectList()
            .filter(rows -> !rows.isEmpty());
    }

    private Mono<Long> sealed(List<Row> rows, Map<UUID, DataKey> keys) {
        List<Row> living = rows.stream().filter(row -> keys.containsKey(row.id)).toList();
        BiFunction<Row, DataKey, byte[]> email = (row, key) -> seals.email(key, row.id, row.email);
        BiFunction<Row, DataKey, byte[]> about = (row, key) -> seals.about(key, row.id, row.about);
        return postgres.update("""
            update identity.accounts a
               set email_blind = decode(new.email_blind, 'hex'),
                   phone_blind = decode(nullif(new.phone_blind, ''), 'hex'),
                   email_sealed = decode(new.email, 'hex'), about_sealed = decode(new.about, 'hex'),
                   email = null, first_name = null, last_name = null, phone = null
              from unnest(:ids::uuid[], :email_blinds::text[], :phone_blinds::text[], :emails::text[],
                          :abouts::text[]) as new(id, email_blind, phone_blind, email, about)
             where a.id = new.id and a.email is not null
            """, Map.of("ids", living.stream().map(Row::id).toArray(UUID[]::new),
            "email_blinds", living.stream().map(row -> HEX.formatHex(seals.blindEmail(row.email)))
                .toArray(String[]::new),
            "phone_blinds", living.stream().map(row -> hex(seals.blindPhone(row.about.phone())))
                .toArray(String[]::new),
            "emails", all(living, keys, email), "abouts", all(living, keys, about)));
    }

    private static String[] all(List<Row> rows, Map<UUID, DataKey> keys, BiFunction<Row, DataKey, byte[]> seal) {
        return rows.stream().map(row -> HEX.formatHex(seal.apply(row, Objects.requireNonNull(keys.get(row.id)))))
            .toArray(String[]::new);
    }

    private static String hex(byte @Nullable [] bytes) {
        return bytes == null ? "" : HEX.formatHex(bytes);
    }

    private static Row row(Readable row) {
        return new Row(Objects.requireNonNull(row.get("id", UUID.class)), text(row, "email"),
            new PersonSeals.About(text(row, "first_name"), text(row, "last_name"), row.get("phone", String.class)));
    }

    private static String text(Readable row, String column) {
        return Objects.requireNonNull(row.get(column, String.class), column);
    }
}
