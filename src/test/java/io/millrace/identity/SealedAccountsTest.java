package io.millrace.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.testing.Again;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import io.millrace.vault.Tampered;
import io.millrace.vault.Vault;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// F022, ASVS 11.3 and 14.2: what an account knows of its person is sealed, from the first write on and after the fact.
class SealedAccountsTest {
    private static final Shop SHOP = Shop.with();
    private static final String SIGN_INS = """
        select coalesce(sum(calls), 0) from pg_stat_statements s join pg_database d on d.oid = s.dbid
         where d.datname = current_database() and query ~ '(identity|twofactor|vault)[.]'
           and query !~ '(signing_keys|from identity[.]roles r\\s*$)'""";

    private final People people = new People(SHOP);
    private final String word = UUID.randomUUID().toString();
    private final String digits = String.valueOf(100_000_000 + Math.floorMod(word.hashCode(), 100_000_000));
    private final String email = "sealed-" + word + "@example.com";

    @AfterAll static void leave() {
        SHOP.close();
    }

    private UUID account(String address) {
        return (UUID) Objects.requireNonNull(
            SHOP.database().value("select id from identity.accounts where email_blind = ?", SHOP.blind(address)));
    }

    private String rows() {
        StringBuilder all = new StringBuilder();
        for (Map<String, ?> row : SHOP.database().rows("select * from identity.accounts"))
            for (Object value : row.values())
                all.append(value instanceof byte[] bytes ? new String(bytes, StandardCharsets.ISO_8859_1) : value)
                    .append('\n');
        return all.toString();
    }

    private Client registered() {
        SHOP.client().post("auth/register", Map.of("email", email, "password", People.PASSWORD, "first_name",
            "First-" + word, "last_name", "Last-" + word, "phone", "+233 (24) " + digits))
            .expect(202);
        return people.holding(people.signIn(email));
    }

    @Again void nothing_of_a_person_stands_in_clear_and_he_sees_all_of_it() {
        Client ann = registered();
        assertThat(rows()).doesNotContain(word, digits);
        assertThat(ann.get("user/profile").expect(200).text()).contains(email, "First-" + word, "Last-" + word);
        String changed = "changed-" + word;
        ann.patch("user/profile", Map.of("first_name", changed, "phone", "+44 20 7946 0958")).expect(200);
        assertThat(ann.get("user/profile").expect(200).text()).contains(changed, "7946");
        assertThat(rows()).doesNotContain(word, "7946 0958", "79460958");
    }

    @Test void the_staff_finds_people_by_whole_addresses_and_phones_and_by_no_part_of_a_name() {
        registered();
        for (String search : List.of(email, "SEALED-" + word + "@Example.com", "%2B233%2024%20" + digits,
            "23324" + digits))
            assertThat(people.admin().get("admin/users?search=" + search).expect(200).data().findValuesAsString("id"))
                .as(search).containsExactly(account(email).toString());
        for (String search : List.of("First", "sealed-", "Last-" + word, "example.com"))
            assertThat(people.admin().get("admin/users?search=" + search).expect(200).data()).as(search).isEmpty();
    }

    /// The place is bound to the row (AAD): nobody takes another one's address by moving bytes.
    @Test void what_is_sealed_for_one_row_does_not_open_in_another() {
        registered();
        String other = "other-" + email;
        people.register(other);
        SHOP.database().execute("""
            update identity.accounts a set about_sealed = b.about_sealed from identity.accounts b
             where a.id = ? and b.id = ?""", account(other), account(email));
        assertThatThrownBy(() -> SHOP.bean(Accounts.class).byId(account(other)).block()).isInstanceOf(Tampered.class);
        SHOP.database().execute("delete from identity.codes where account = ?", account(other));
        SHOP.database().execute("delete from identity.account_roles where account = ?", account(other));
        SHOP.database().execute("delete from identity.accounts where id = ?", account(other));
    }

    /// Guard: the unique blind index; of two that are not committed yet the later one waits and is refused.
    @Test void an_address_has_one_account_by_the_write_itself() {
        registered();
        Accounts accounts = SHOP.bean(Accounts.class);
        Account second = Account.fresh(UUID.randomUUID(), Email.of(email), "A", "B", null, Set.of("customer"));
        assertThatThrownBy(() -> SHOP.bean(Postgres.class)
            .run(accounts.inserting(second, null, Instant.now()).write()).block())
            .isInstanceOf(Refused.class).hasMessage(Accounts.EMAIL_TAKEN);
        assertThat(SHOP.database().number("select count(*) from vault.keys where person = ?", second.id()))
            .as("the key went with it").isZero();
    }

    /// Guard: the constraint `accounts_sealed`. A version from before must not write beside this one.
    @Test void nobody_writes_in_clear_any_more() {
        assertThatThrownBy(() -> SHOP.database().execute("""
            insert into identity.accounts (id, email, first_name, last_name, status, created_at)
            values (gen_random_uuid(), 'clear@example.com', 'A', 'B', 'ACTIVE', now())"""))
            .hasStackTraceContaining("accounts_sealed");
    }

    /// A database from before: filled in clear, some of it with keys already, some erased, the work broken off once.
    @Again void accounts_from_before_are_sealed_at_the_start_and_go_on_as_they_were() throws SQLException {
        String hash = String.valueOf(SHOP.bean(Passwords.class).hash(People.PASSWORD).block());
        int many = 2_500 * Integer.getInteger("scale", 1);
        String old = "old-" + word + "-%s@example.com";
        UUID erased = UUID.randomUUID();
        fill(many, hash, old, erased);
        UUID known = (UUID) Objects.requireNonNull(
            SHOP.database().value("select id from identity.accounts where email = ?", old.formatted(7)));
        SHOP.bean(Vault.class).keyOrNew(known).block();

        ClearAccounts clear = SHOP.bean(ClearAccounts.class);
        long began = System.nanoTime();
        long first = Objects.requireNonNull(clear.portions().blockFirst());
        assertThat(first).isPositive().isLessThan(many);
        assertThat(clear.seal().block()).isEqualTo(many - first);
        System.out.printf("| %d accounts sealed | %d ms |%n", many, (System.nanoTime() - began) / 1_000_000);
        assertThat(clear.seal().block()).isZero();
        assertThat(rows()).doesNotContain(word);
        assertThat(SHOP.database().number("select count(*) from identity.accounts where id = ? and email_blind is null",
            erased)).isOne();

        Answer signedIn = people.signIn(old.formatted(7));
        assertThat(signedIn.data().path("user").path("id").asString()).isEqualTo(known.toString());
        assertThat(signedIn.data().path("user").path("name").asString()).isEqualTo("Old-7 " + word);
        people.register(old.formatted(8));
        assertThat(SHOP.database().number("select count(*) from identity.accounts where email_blind = ?",
            SHOP.blind(old.formatted(8)))).isOne();
        SHOP.database().execute("alter table identity.accounts validate constraint accounts_sealed");
    }

    /// As the version before wrote them.
    private void fill(int many, String hash, String old, UUID erased) throws SQLException {
        try (Connection connection = SHOP.database().connect();
            Statement plain = connection.createStatement();
            PreparedStatement insert = connection.prepareStatement("""
                insert into identity.accounts (id, email, password, first_name, last_name, phone, status, created_at,
                                               email_verified_at)
                select gen_random_uuid(), format(?::text, i), ?, 'Old-' || i, ?,
                       nullif(i % 3, 0)::text || '55123', 'ACTIVE', now(), now() from generate_series(1, ?) i""")) {
            connection.setAutoCommit(false);
            String constraint = String.valueOf(SHOP.database().value(
                "select pg_get_constraintdef(oid) from pg_constraint where conname = 'accounts_sealed'"));
            plain.execute("alter table identity.accounts drop constraint accounts_sealed");
            insert.setString(1, old);
            insert.setString(2, hash);
            insert.setString(3, word);
            insert.setInt(4, many);
            insert.executeUpdate();
            plain.execute("insert into identity.accounts (id, email, first_name, last_name, status, created_at) values "
                + "('" + erased + "', '" + erased + "@erased.invalid', '', '', 'ERASED', now())");
            plain.execute("alter table identity.accounts add constraint accounts_sealed "
                + constraint.replace(" NOT VALID", "") + " not valid");
            connection.commit();
        }
    }

    /// The key is read along with the row and made along with it: sealing costs no statement.
    @Test void a_sign_in_costs_three_statements_as_before() {
        SHOP.database().execute("create extension if not exists pg_stat_statements");
        registered();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 6; i++) {
            long before = SHOP.database().number(SIGN_INS);
            people.signIn(email);
            least = Math.min(least, SHOP.database().number(SIGN_INS) - before);
        }
        System.out.println("statements of a sign-in: " + least);
        assertThat(least).isEqualTo(3);
    }
}
