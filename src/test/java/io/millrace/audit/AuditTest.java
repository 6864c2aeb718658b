package io.millrace.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.http.Caller;
import io.millrace.jobs.Jobs;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Database;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import io.millrace.testing.Wares;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

class AuditTest {
    private final Shop shop = Shop.shared();
    private final Database database = shop.database();
    private final Audit audit = shop.bean(Audit.class);
    private final Postgres postgres = shop.bean(Postgres.class);
    private final Client admin = new Wares(shop).admin();
    private final UUID somebody = UUID.randomUUID();
    private final String thing = "thing:" + UUID.randomUUID();

    private void write(Piece... pieces) {
        postgres.run(Write.of(pieces)).block();
    }

    private Piece entry(String action) {
        return audit.entry(new Caller(Optional.of(somebody), Set.of(), Set.of()), action, thing, Map.of("price", 1),
            Map.of("price", 2), "request-1");
    }

    private void seal() {
        shop.bean(Jobs.class).run("audit.seal").block();
    }

    private JsonNode verdict() {
        return admin.get("admin/audit/verify").expect(200).data();
    }

    private long positionOf(String action) {
        return database.number("select position from audit.entries where object = ? and action = ?", thing, action);
    }

    /// What nobody may do: as a superuser, past the triggers.
    private void asOwner(String... statements) {
        try (Connection connection = database.connect(); var statement = connection.createStatement()) {
            statement.execute("set session_replication_role = replica");
            for (String sql : statements) statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test void an_entry_stands_or_falls_with_what_it_tells() {
        write(entry("thing.change"));
        Piece failing = Piece.of("nothing as (select 1)").check("false", "no");
        assertThatThrownBy(() -> write(entry("thing.fail"), failing)).isInstanceOf(Refused.class);
        assertThat(database.rows("select action from audit.entries where object = ?", thing))
            .singleElement().satisfies(row -> assertThat(row.get("action")).isEqualTo("thing.change"));
    }

    @Test void fifty_writers_at_once_are_all_in_an_unbroken_chain() {
        Flux.range(0, 50).flatMap(i -> postgres.run(Write.of(entry("thing." + i), entry("thing.again"))), 50)
            .blockLast();
        seal();
        assertThat(database.number("""
            select count(*) from audit.seals s join audit.entries e on e.position = s.entry where e.object = ?
            """, thing)).isEqualTo(100);
        assertThat(verdict().path("intact").asBoolean()).isTrue();
        assertThat(database.rows("select * from audit.verify()")).isEmpty();
    }

    @Test void a_writer_who_does_not_commit_keeps_nobody_from_writing_nor_from_sealing() throws SQLException {
        try (Connection slow = database.connect(); var statement = slow.createStatement()) {
            slow.setAutoCommit(false);
            statement.execute("""
                with e as (insert into audit.entries (at, kind, action, object, request_id, address)
                    values (now(), 'shop', 'thing.slow', '%s', '', '') returning position)
                insert into audit.waiting select position from e""".formatted(thing));
            write(entry("thing.quick"));
            seal();
            assertThat(database.number("select count(*) from audit.seals where entry = ?", positionOf("thing.quick")))
                .isEqualTo(1);
            slow.commit();
        }
        seal();
        assertThat(positionOf("thing.slow")).isLessThan(positionOf("thing.quick"));
        assertThat(database.number("select count(*) from audit.seals where entry = ?", positionOf("thing.slow")))
            .as("committed late, sealed later").isEqualTo(1);
        assertThat(verdict().path("intact").asBoolean()).isTrue();
    }

    @Test void nobody_changes_an_entry_or_a_seal_by_ordinary_means() {
        write(entry("thing.change"));
        for (String sql : java.util.List.of("update audit.entries set object = 'x'", "delete from audit.entries",
            "truncate audit.entries", "update audit.seals set hash = ''", "delete from audit.seals",
            "truncate audit.seals"))
            assertThatThrownBy(() -> database.execute(sql)).as(sql).hasStackTraceContaining("can only be added to");
    }

    @Test void an_entry_changed_past_the_shop_is_the_one_that_the_verifiers_name() {
        write(entry("thing.change"), entry("thing.next"));
        seal();
        long position = positionOf("thing.change");
        asOwner("update audit.entries set after = '{\"price\": 1}' where position = " + position);
        assertNamed(position, "the entry is not what was sealed");
        asOwner("update audit.entries set after = '{\"price\": 2}' where position = " + position);
        assertThat(verdict().path("intact").asBoolean()).isTrue();
    }

    @Test void a_deleted_entry_is_the_one_that_the_verifiers_name() {
        write(entry("thing.change"), entry("thing.next"));
        seal();
        long position = positionOf("thing.change");
        asOwner("create table public.hidden as select * from audit.entries where position = " + position,
            "delete from audit.entries where position = " + position);
        assertNamed(position, "its entry is gone");
        asOwner("insert into audit.entries overriding system value select * from public.hidden",
            "drop table public.hidden");
        assertThat(verdict().path("intact").asBoolean()).isTrue();
    }

    @Test void entries_in_another_order_are_found_and_the_first_is_named() {
        write(entry("thing.first"));
        seal();
        write(entry("thing.second"));
        seal();
        long first = positionOf("thing.first");
        long second = positionOf("thing.second");
        String swap = """
            update audit.seals set entry = -1 where entry = %d;
            update audit.seals set entry = %d where entry = %d;
            update audit.seals set entry = %d where entry = -1""";
        asOwner(swap.formatted(first, first, second, second));
        assertNamed(second, "the entry is not what was sealed");
        asOwner(swap.formatted(first, first, second, second));
        assertThat(verdict().path("intact").asBoolean()).isTrue();
    }

    @Test void a_forger_who_seals_anew_has_not_the_key_and_one_who_adds_past_the_shop_is_found() {
        write(entry("thing.change"));
        seal();
        long position = positionOf("thing.change");
        String keep = "create table public.kept as select * from audit.%s where %s = %d";
        asOwner(keep.formatted("entries", "position", position),
            "create table public.kept_seals as select * from audit.seals",
            "update audit.entries set actor = null where position = " + position, """
                do $$
                declare link record; head bytea;
                begin
                    for link in select s.*, audit.text(e) as words from audit.seals s
                                  join audit.entries e on e.position = s.entry
                                 where s.sequence >= (select sequence from audit.seals where entry = %d)
                                 order by s.sequence loop
                        head := coalesce((select hash from audit.seals where sequence = link.sequence - 1),
                                         decode(repeat('00', 32), 'hex'));
                        update audit.seals
                           set hash = sha256(head || int8send(link.sequence) || convert_to(link.words, 'UTF8'))
                         where sequence = link.sequence;
                    end loop;
                end $$""".formatted(position));
        assertThat(database.rows("select * from audit.verify()")).as("the hashes alone are fooled").isEmpty();
        JsonNode found = verdict();
        assertThat(found.path("broken").path("entry").asLong()).isEqualTo(position);
        assertThat(found.path("broken").path("reason").asString()).isEqualTo("the seal is not ours");
        asOwner("update audit.entries e set actor = k.actor from public.kept k where k.position = e.position",
            "update audit.seals s set hash = k.hash from public.kept_seals k where k.sequence = s.sequence",
            "drop table public.kept", "drop table public.kept_seals");
        assertThat(verdict().path("intact").asBoolean()).isTrue();

        asOwner("insert into audit.entries (at, kind, action, object, request_id, address) "
            + "values (now(), 'shop', 'thing.forged', '" + thing + "', '', '')");
        long forged = positionOf("thing.forged");
        assertThat(verdict().path("broken").path("entry").asLong()).isEqualTo(forged);
        asOwner("delete from audit.entries where position = " + forged);
    }

    @Test void a_head_that_was_kept_betrays_a_chain_that_was_cut_off() {
        write(entry("thing.change"));
        seal();
        String head = verdict().path("head").asString();
        assertThat(admin.get("admin/audit/verify?head=" + head).expect(200).data().path("intact").asBoolean()).isTrue();
        String other = (Long.parseLong(head.replaceFirst(":.*", "")) + 1_000_000) + head.replaceFirst("^\\d+", "");
        assertThat(admin.get("admin/audit/verify?head=" + other).expect(200).data().path("broken").path("reason")
            .asString()).contains("does not hold");
        assertThat(admin.get("admin/audit/verify?head=nonsense").expect(422).code()).isEqualTo("invalid");
    }

    @Test void the_shops_people_find_entries_and_nobody_else_does() {
        for (int i = 0; i < 5; i++) write(entry("thing." + i));
        Client checked = admin.checked();
        Answer page = checked.get("admin/audit?per_page=2&object=" + thing).expect(200);
        assertThat(page.data()).hasSize(2);
        assertThat(page.data().get(0).path("action").asString()).isEqualTo("thing.4");
        assertThat(page.data().get(0).path("after").path("price").asInt()).isEqualTo(2);
        Answer next = checked.get("admin/audit?per_page=2&object=" + thing + "&cursor="
            + page.json().path("pagination").path("next_cursor").asString()).expect(200);
        assertThat(next.data().get(0).path("action").asString()).isEqualTo("thing.2");
        assertThat(checked.get("admin/audit?action=thing&actor=" + somebody).expect(200).data()).hasSize(5);
        assertThat(checked.get("admin/audit?action=thing.3&object=" + thing).expect(200).data()).hasSize(1);
        assertThat(checked.get("admin/audit?object=" + thing + "&to=2020-01-01T00:00:00Z").expect(200).data())
            .isEmpty();
        checked.get("admin/audit?actor=me&from=yesterday").expect(422);
        checked.get("admin/audit/verify").expect(200);
        assertThat(new Wares(shop).customer().get("admin/audit").status()).isEqualTo(403);
        assertThat(shop.client().get("admin/audit/verify").status()).isEqualTo(401);
    }

    @Test void what_stands_in_no_transaction_is_written_soon_and_a_storm_of_it_is_told_in_few_lines() {
        Notes notes = shop.bean(Notes.class);
        audit.note(Caller.GUEST, "sign_in.fail", thing, null, Map.of("reason", "wrong"), "request-2").block();
        Eventually.holds("the note is written", () -> database.number("select count(*) from audit.entries "
            + "where object = ? and action = 'sign_in.fail' and kind = 'guest'", thing) == 1);
        int told = 0;
        for (int i = 0; i < 10_000; i++) if (notes.worth(thing) > 0) told++;
        assertThat(told).isEqualTo(Notes.SINGLY_MAX + 8);
    }

    /// In a shop of its own: of one address only so many refusals in a minute are told singly, and in the shared shop
    /// other tests are refused at this one.
    @Test void whoever_is_refused_is_written_down_without_what_he_sent() {
        try (Shop quiet = Shop.with()) {
            Client customer = new Wares(quiet).customer();
            String order = UUID.randomUUID().toString();
            String request = "r-" + UUID.randomUUID();
            Client asking = customer.with("X-Request-Id", request);
            Client guest = quiet.client().with("X-Request-Id", request);
            asking.get("orders/" + order).expect(404);
            asking.get("admin/orders?phone=%2B12025550123").expect(403);
            guest.bearer("forged").get("orders").expect(401);
            guest.post("auth/login", Map.of("email", "nobody@example.com", "password", "wrong horse")).expect(401);
            guest.get("products/" + UUID.randomUUID()).expect(404);
            Client reader = new Wares(quiet).admin();
            Eventually.passes(() -> assertThat(reader.get("admin/audit?request_id=" + request).expect(200).data())
                .extracting(entry -> entry.path("kind").asString() + " " + entry.path("action").asString() + " "
                    + entry.path("object").asString())
                .containsExactlyInAnyOrder("account refused.not_found GET /api/v1/orders/" + order,
                    "account refused.forbidden GET /api/v1/admin/orders", "guest refused.invalid_token GET ",
                    "guest refused.wrong_credentials POST /api/v1/auth/login",
                    "guest sign_in.failed account:unknown"));
            assertThat(quiet.database().number("select count(*) from audit.entries e where request_id = ? "
                + "and audit.text(e) ~ 'example.com|0123|horse'", request)).isZero();
        }
    }

    private void assertNamed(long position, String reason) {
        JsonNode broken = verdict().path("broken");
        assertThat(broken.path("entry").asLong()).isEqualTo(position);
        assertThat(broken.path("reason").asString()).isEqualTo(reason);
        assertThat(database.rows("select * from audit.verify()")).singleElement().satisfies(row -> {
            assertThat(Objects.requireNonNull(row.get("broken_entry"))).isEqualTo(position);
            assertThat(row.get("reason")).isEqualTo(reason);
        });
    }
}
