package io.millrace.identity;

import io.millrace.postgres.Postgres;
import io.r2dbc.spi.Parameters;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// What a person says about himself, for the room that shows it to him and lets him change it. The address of his mail
/// is not among what can be changed here: it is changed by proving the new one.
public final class Profiles {
    private static final String COLUMNS =
        "id, email, first_name, last_name, phone, created_at, profile_version";

    private final Postgres postgres;

    Profiles(Postgres postgres) {
        this.postgres = postgres;
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
        return postgres.query("select " + COLUMNS + " from identity.accounts where id = :id and status <> 'ERASED'",
            Map.of("id", account), Profiles::profile).singleOrEmpty();
    }

    /// The profile as it is after the change; empty when it is not of the version that was expected, if any was, or
    /// there is nobody to change.
    public Mono<Profile> change(UUID account, Wish wish, OptionalLong expected) {
        Map<String, Object> binds = new HashMap<>(Map.of("id", account, "first_name", wish.firstName(), "last_name",
            wish.lastName(), "any", expected.isEmpty(), "expected", expected.orElse(0)));
        binds.put("phone", wish.phone() == null ? Parameters.in(String.class) : wish.phone());
        return postgres.query("""
            update identity.accounts
               set first_name = :first_name, last_name = :last_name, phone = :phone,
                   profile_version = profile_version + 1
             where id = :id and status = 'ACTIVE' and (:any or profile_version = :expected)
            returning\s""" + COLUMNS, binds, Profiles::profile).singleOrEmpty();
    }

    private static Profile profile(Readable row) {
        return new Profile(Objects.requireNonNull(row.get("id", UUID.class)), text(row, "email"),
            text(row, "first_name"), text(row, "last_name"), row.get("phone", String.class),
            Objects.requireNonNull(row.get("created_at", Instant.class)),
            Objects.requireNonNull(row.get("profile_version", Long.class)));
    }

    private static String text(Readable row, String column) {
        return Objects.requireNonNull(row.get(column, String.class), column);
    }
}
