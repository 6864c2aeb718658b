package io.millrace.identity;

import io.millrace.postgres.Postgres;
import io.millrace.vault.DataKey;
import io.r2dbc.spi.Parameters;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// What a person says about himself, for the room that shows it to him and lets him change it. The address of his mail
/// is not among what can be changed here: it is changed by proving the new one.
public final class Profiles {
    private static final String COLUMNS = "a.id, " + PersonSeals.COLUMNS + ", a.created_at, a.profile_version";

    private final Postgres postgres;
    private final PersonSeals seals;

    Profiles(Postgres postgres, PersonSeals seals) {
        this.postgres = postgres;
        this.seals = seals;
    }

    /// A person's profile; `version` counts its changes.
    public record Profile(UUID account, String email, String firstName, String lastName, @Nullable String phone,
        Instant since, long version) {
        public String name() {
            return (firstName + " " + lastName).strip();
        }
    }

    /// Names and a phone in international form, checked before.
    public record Wish(String firstName, String lastName, @Nullable String phone) {}

    /// Empty when there is no such account, or it was erased.
    public Mono<Profile> of(UUID account) {
        return postgres.query(
            "select " + COLUMNS + " from identity.accounts a where a.id = :id and a.status <> 'ERASED'",
            Map.of("id", account), this::profile).singleOrEmpty();
    }

    /// The profile as it is after the change; empty when it is not of the version that was expected, if any was, or
    /// there is nobody to change.
    public Mono<Profile> change(UUID account, Wish wish, OptionalLong expected) {
        return seals.key(account).flatMap(key -> postgres.query("""
            update identity.accounts a
               set about_sealed = :about, phone_blind = :phone, profile_version = profile_version + 1
             where a.id = :id and a.status = 'ACTIVE' and (:any or a.profile_version = :expected)
            returning\s""" + COLUMNS, binds(account, key, wish, expected), this::profile).singleOrEmpty());
    }

    private Map<String, Object> binds(UUID account, DataKey key, Wish wish, OptionalLong expected) {
        byte[] phone = seals.blindPhone(wish.phone());
        return Map.of("id", account, "any", expected.isEmpty(), "expected", expected.orElse(0),
            "about", seals.about(key, account, new PersonSeals.About(wish.firstName(), wish.lastName(), wish.phone())),
            "phone", phone == null ? Parameters.in(byte[].class) : phone);
    }

    private Profile profile(Readable row) {
        UUID id = Objects.requireNonNull(row.get("id", UUID.class));
        PersonSeals.Person person = seals.opened(id, row);
        return new Profile(id, person.email(), person.about().firstName(), person.about().lastName(),
            person.about().phone(), Objects.requireNonNull(row.get("created_at", Instant.class)),
            Objects.requireNonNull(row.get("profile_version", Long.class)));
    }
}
