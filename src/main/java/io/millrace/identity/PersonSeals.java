package io.millrace.identity;

import io.millrace.http.Json;
import io.millrace.vault.DataKey;
import io.millrace.vault.Place;
import io.millrace.vault.Vault;
import io.r2dbc.spi.Readable;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Seals and opens what the table of accounts knows of people, each with his own key. The key is made in the statement
/// that makes the account and read along with the row, so neither costs a statement.
final class PersonSeals {
    /// What a statement reads of account `a` to open it.
    static final String COLUMNS = "a.email_sealed, a.about_sealed, vault.key_of(a.id) as key_of";
    private static final String EMAIL = "identity.accounts.email";
    private static final String ABOUT = "identity.accounts.about";
    private static final Pattern NO_DIGIT = Pattern.compile("[^0-9]");
    private static final About NOBODY = new About("", "", null);

    private final Vault vault;

    PersonSeals(Vault vault) {
        this.vault = vault;
    }

    /// What a person says about himself.
    record About(String firstName, String lastName, @Nullable String phone) {}

    record Person(String email, About about) {}

    Vault.Fresh fresh(UUID account) {
        return vault.fresh(account);
    }

    /// Empty when the person was erased, or there is none.
    Mono<DataKey> key(UUID account) {
        return vault.key(account);
    }

    byte[] email(DataKey key, UUID account, String email) {
        return key.seal(Place.of(EMAIL, account), email);
    }

    byte[] about(DataKey key, UUID account, About about) {
        return key.seal(Place.of(ABOUT, account), Json.bytes(about));
    }

    /// How the account of a normalised address is found.
    byte[] blindEmail(String email) {
        return vault.blind("identity.email", email);
    }

    /// How accounts of a phone are found, however it was typed: only its digits count.
    byte @Nullable [] blindPhone(@Nullable String phone) {
        return phone == null ? null : vault.blind("identity.phone", NO_DIGIT.matcher(phone).replaceAll(""));
    }

    /// From a row with [#COLUMNS]; an erased person has no name, and an address that reaches nobody.
    Person opened(UUID account, Readable row) {
        byte[] email = row.get("email_sealed", byte[].class);
        byte[] about = row.get("about_sealed", byte[].class);
        Optional<DataKey> key = email == null || about == null ? Optional.empty()
            : vault.found(account, row.get("key_of", byte[].class));
        return key.map(found -> new Person(found.openText(Place.of(EMAIL, account), Objects.requireNonNull(email)),
            Json.OURS.readValue(found.open(Place.of(ABOUT, account), Objects.requireNonNull(about)), About.class)))
            .orElseGet(() -> new Person(account + "@erased.invalid", NOBODY));
    }
}
