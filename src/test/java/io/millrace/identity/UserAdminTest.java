package io.millrace.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.http.Caller.Realm;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.EventReader;
import io.millrace.testing.Eventually;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Attack 25, OWASP API5:2023, ASVS 5.0 V8: who may do what is data, acts at once, and nobody gives what he has not.
class UserAdminTest {
    private static final Shop SHOP = Shop.with();
    private final People people = new People(SHOP);
    private final Client admin = people.admin();

    @AfterAll static void close() {
        SHOP.close();
    }

    private record Person(String email, UUID id) {}

    private Person person(String... roles) {
        String email = People.freshEmail();
        people.register(email);
        UUID id = UUID.fromString(people.signIn(email).data().path("user").path("id").asString());
        if (roles.length > 0) give(admin, id, roles).expect(200);
        return new Person(email, id);
    }

    private Client as(Person person) {
        return people.holding(people.signIn(person.email));
    }

    private static Answer give(Client who, UUID id, String... roles) {
        return who.put("admin/users/" + id + "/roles", Map.of("roles", List.of(roles)));
    }

    private static Answer status(Client who, UUID id, String status) {
        return who.put("admin/users/" + id + "/status", Map.of("status", status));
    }

    @Test void the_presets_hold_what_the_shops_seeds_say() {
        Map<String, Set<String>> seeds = Map.of("super_admin", Set.of("*"),
            "customer", Set.of("order:create", "order:read", "profile:update"),
            "contractor", Set.of("order:create", "order:read", "profile:update", "credit:apply"),
            "driver", Set.of("delivery:update", "order:read"),
            "consultant", Set.of("booking:read", "booking:update"));
        JsonNode roles = admin.get("admin/roles").expect(200).data();
        assertThat(roles.valueStream().map(role -> role.path("code").asString())).contains("super_admin", "staff",
            "support", "analyst", "seller", "customer", "contractor", "driver", "consultant");
        for (JsonNode role : roles)
            if (seeds.containsKey(role.path("code").asString()))
                assertThat(role.path("permissions").valueStream().map(JsonNode::asString).toList())
                    .as(role.path("code").asString()).containsAll(seeds.get(role.path("code").asString()));
    }

    @Test void accounts_are_listed_searched_and_shown_to_who_may_see_them_and_nobody_else() {
        Person ann = person();
        Person clerk = person("customer", "support");
        JsonNode page = admin.get("admin/users?per_page=1").expect(200).json();
        assertThat(page.path("data").size()).isOne();
        JsonNode next = admin.get("admin/users?per_page=1&cursor=" + page.path("pagination").path("next_cursor")
            .asString()).expect(200).data();
        assertThat(next.get(0).path("id")).isNotEqualTo(page.path("data").get(0).path("id"));
        for (String search : List.of(ann.email, ann.id.toString()))
            assertThat(as(clerk).get("admin/users?search=" + search).expect(200).data().get(0).path("id").asString())
                .isEqualTo(ann.id.toString());
        assertThat(admin.get("admin/users?role=support").expect(200).text()).contains(clerk.email)
            .doesNotContain(ann.email);
        assertThat(admin.get("admin/users?search=%25").expect(200).data().size()).isZero();
        admin.get("admin/users?status=nice").expect(422);
        admin.get("admin/users?cursor=nonsense").expect(422);
        assertThat(as(clerk).get("admin/users/" + ann.id).expect(200).text()).doesNotContain("argon2");
        admin.get("admin/users/" + UUID.randomUUID()).expect(404);
        as(ann).get("admin/users").expect(403);
        as(clerk).put("admin/users/" + ann.id + "/status", Map.of("status", "suspended")).expect(403);
        SHOP.client().get("admin/users").expect(401);
    }

    @Test void attack_25_other_roles_end_the_sessions_and_streams_at_once_and_are_written_down() {
        Person clerk = person("customer", "support");
        Client before = as(clerk);
        before.get("admin/users").expect(200);
        try (EventReader stream = before.events("/api/v1/probe/events/" + UUID.randomUUID())) {
            Eventually.holds("the stream is open", () -> stream.retry() != null);
            give(admin, clerk.id, "customer").expect(200);
            before.get("auth/me").expect(401);
            Eventually.holds("the stream is closed", Duration.ofSeconds(5), stream::ended);
        }
        as(clerk).get("admin/users").expect(403);
        Eventually.passes(() -> assertThat(admin.get("admin/audit?action=role.grant&object=account:" + clerk.id)
            .expect(200).data().size()).isEqualTo(2));
    }

    @Test void attack_25_a_suspended_account_is_out_at_once_and_comes_back_with_the_next_sign_in() {
        Person ann = person();
        Client before = as(ann);
        before.get("auth/me").expect(200);
        status(admin, ann.id, "suspended").expect(200);
        before.get("auth/me").expect(401);
        SHOP.client().post("auth/login", Map.of("email", ann.email, "password", People.PASSWORD)).expect(403);
        status(admin, ann.id, "active").expect(200);
        before.get("auth/me").expect(401);
        as(ann).get("auth/me").expect(200);
        status(admin, ann.id, "erased").expect(422);
        status(admin, ann.id, "gone").expect(422);
        Client again = as(ann);
        admin.delete("admin/users/" + ann.id + "/sessions").expect(200);
        again.get("auth/me").expect(401);
    }

    @Test void a_changed_permission_is_felt_at_once_on_every_node_by_who_is_signed_in_already() {
        Person clerk = person("customer", "analyst");
        try (Shop second = SHOP.secondNode()) {
            Answer tokens = people.signIn(clerk.email);
            Client here = people.holding(tokens);
            Client there = second.client().bearer(tokens.data().path("access_token").asString());
            here.get("admin/users").expect(403);
            there.get("admin/users").expect(403);
            Answer role = admin.get("admin/roles/analyst").expect(200);
            List<String> may = new java.util.ArrayList<>(role.data().path("permissions").valueStream()
                .map(JsonNode::asString).toList());
            may.add("users:read");
            String etag = String.valueOf(role.header("ETag"));
            admin.with("If-Match", etag).put("admin/roles/analyst", Map.of("permissions", may)).expect(200);
            here.get("admin/users").expect(200);
            Eventually.passes(() -> there.get("admin/users").expect(200));
            admin.with("If-Match", etag).put("admin/roles/analyst", Map.of("permissions", may)).expect(412);
            may.remove("users:read");
            admin.put("admin/roles/analyst", Map.of("permissions", may)).expect(200);
            here.get("admin/users").expect(403);
            Eventually.passes(() -> there.get("admin/users").expect(403));
        }
        admin.put("admin/roles/analyst", Map.of("permissions", List.of("*"))).expect(422);
        admin.put("admin/roles/super_admin", Map.of("permissions", List.of())).expect(409);
        admin.put("admin/roles/nobody", Map.of("permissions", List.of())).expect(404);
    }

    @Test void who_may_only_read_sees_addresses_masked_in_the_list_and_alone() {
        String email = People.freshEmail();
        SHOP.client().post("auth/register", Map.of("email", email, "password", People.PASSWORD, "first_name", "Ann",
            "last_name", "Lee", "phone", "+15055550123"));
        Person ann = new Person(email, UUID.fromString(people.signIn(email).data().path("user").path("id").asString()));
        Client support = as(person("customer", "support"));
        String masked = ann.email.charAt(0) + "*".repeat(ann.email.indexOf('@') - 2)
            + ann.email.substring(ann.email.indexOf('@') - 1);
        String search = "admin/users?search=" + ann.email.replace("+", "%2B");
        for (JsonNode found : List.of(support.get(search).expect(200).data().get(0),
            support.get("admin/users/" + ann.id).expect(200).data())) {
            assertThat(found.path("id").asString()).isEqualTo(ann.id.toString());
            assertThat(found.path("email").asString()).isEqualTo(masked);
            assertThat(found.path("phone").asString()).isEqualTo("+*******0123");
        }
        assertThat(admin.get(search).expect(200).data().get(0).path("email").asString()).isEqualTo(ann.email);
        JsonNode clear = admin.get("admin/users/" + ann.id).expect(200).data();
        assertThat(List.of(clear.path("email").asString(), clear.path("phone").asString()))
            .containsExactly(ann.email, "+15055550123");
    }

    /// Guard: the comparison with the actor's own permissions before the write.
    @Test void nobody_gives_or_takes_what_he_has_not() {
        Role.set("seller", "users:read", "users:write", "roles:write", "roles:read", "order:admin");
        Person clerk = person("customer", "seller");
        Person ann = person();
        Person boss = person("super_admin");
        Client small = as(clerk);
        give(small, ann.id, "super_admin").expect(403);
        give(small, clerk.id, "super_admin").expect(403);
        give(small, boss.id, "customer").expect(403);
        status(small, boss.id, "suspended").expect(403);
        give(small, ann.id, "customer", "driver").expect(403);
        give(small, ann.id, "no_such_role").expect(422);
        give(small, ann.id).expect(422);
        small.put("admin/roles/seller", Map.of("permissions", List.of("payment:refund"))).expect(403);
        give(small, ann.id, "customer", "seller").expect(200);
        as(boss).get("admin/users").expect(200);
    }

    /// A role's permissions as a test wants them, past the routes.
    private static final class Role {
        static void set(String role, String... permissions) {
            SHOP.database().execute("delete from identity.permissions where role = ?", role);
            for (String permission : permissions)
                SHOP.database().execute("insert into identity.permissions (role, permission) values (?, ?)", role,
                    permission);
            SHOP.bean(Roles.class)
                .hear(new IdentityEvent.RoleChanged(UUID.randomUUID(), role, 1, Instant.EPOCH));
        }
    }

    /// Guard: the lock on the role's row before the check inside the write. Two that take each other's role at once
    /// would both see the other.
    @Test void a_super_admin_always_remains_however_many_are_taken_at_once() throws Exception {
        UUID first = UUID.fromString(admin.get("auth/me").expect(200).data().path("id").asString());
        List<Person> others = List.of(person("super_admin"), person("super_admin"), person("super_admin"));
        List<Client> clients = others.stream().map(this::as).toList();
        List<UUID> all = new java.util.ArrayList<>(others.stream().map(Person::id).toList());
        all.add(first);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> calls = new java.util.ArrayList<>();
            for (Client client : clients)
                for (UUID id : all) {
                    calls.add(() -> give(client, id, "customer").status());
                    calls.add(() -> status(client, id, "suspended").status());
                }
            for (Future<Integer> status : threads.invokeAll(calls))
                assertThat(status.resultNow()).isIn(200, 401, 403, 409);
        }
        assertThat(SHOP.database().number("""
            select count(*) from identity.account_roles r join identity.accounts a on a.id = r.account
             where r.role = 'super_admin' and a.status = 'ACTIVE'""")).isPositive();
        SHOP.database().execute("update identity.accounts set status = 'ACTIVE' where id = ?", first);
        SHOP.database().execute("""
            insert into identity.account_roles (account, role) values (?, 'super_admin') on conflict do nothing""",
            first);
    }

    @Test void the_last_super_admin_can_neither_be_closed_nor_made_less() {
        try (Shop lonely = Shop.with()) {
            Client boss = new People(lonely).admin();
            UUID id = UUID.fromString(boss.get("auth/me").expect(200).data().path("id").asString());
            assertThat(give(boss, id, "customer").expect(409).code()).isEqualTo("last_super_admin");
            assertThat(status(boss, id, "suspended").expect(409).code()).isEqualTo("last_super_admin");
            boss.get("admin/users").expect(200);
        }
    }

    /// F011: what belongs to the staff never opens to a customer's token, whatever stands in its roles; a token of the
    /// staff opens what any customer may do for himself.
    @Test void a_customers_token_is_nothing_at_the_staffs_door_even_when_it_claims_the_staffs_roles() {
        Person boss = person("super_admin");
        Account staff = Objects.requireNonNull(SHOP.bean(Accounts.class).byId(boss.id).block());
        assertThat(staff.realm()).isEqualTo(Realm.STAFF);
        as(boss).get("admin/users").expect(200);
        as(boss).get("orders").expect(200);
        UUID session = UUID.fromString(as(boss).get("auth/sessions").expect(200).data().get(0).path("id").asString());
        Account dressed = new Account(staff.id(), staff.email(), "", "", null, staff.status(), staff.roles(),
            Realm.CUSTOMER, true, staff.epoch(), staff.version());
        String token = Objects.requireNonNull(SHOP.bean(AccessTokens.class).mint(dressed,
            new Session(session, boss.id, Instant.now(), Set.of("pwd")), UUID.randomUUID()).block());
        SHOP.client().bearer(token).get("auth/me").expect(200);
        SHOP.client().bearer(token).get("admin/users").expect(403);
    }

    @Test void failed_sign_ins_are_written_down_without_the_address() {
        Person ann = person();
        SHOP.client().post("auth/login", Map.of("email", ann.email, "password", "wrong horse")).expect(401);
        Eventually.passes(() -> {
            Answer entries = admin.get("admin/audit?action=sign_in.failed&object=account:" + ann.id).expect(200);
            assertThat(entries.data().size()).isOne();
            assertThat(entries.text()).doesNotContain(ann.email);
        });
    }
}
