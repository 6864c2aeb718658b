package io.millrace.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;

/// OWASP API5 and API2, ASVS 8.2.1 and 7.5.1: every route of the house, present and future, times a machine with a key:
/// what its scopes do not name is refused, and what decides who a person is opens to no machine at all.
class MachineAccessTest {
    private final Shop shop = Shop.shared();
    private final People people = new People(shop);

    /// Who signs in how, with what, and a person's whole data: for the person alone.
    private static final List<String> IN_PERSON =
        List.of("/api/v1/auth/", "/api/v1/user/tokens", "/api/v1/user/export");
    private static final Set<String> NOT_SO = Set.of("GET /api/v1/auth/me");

    private List<Api.Route> routes() {
        return shop.bean(Api.class).routes().stream()
            .filter(route -> route.path().startsWith("/api/") && !route.path().contains("/probe")).toList();
    }

    private Client machine(String path, Map<String, ?> wish, String field) {
        return shop.client().bearer(people.admin().post(path, wish).expect(201).data().path(field).asString());
    }

    private static Answer ask(Client client, Api.Route route) {
        String path = route.path().replaceAll("\\{[^}]+}", UUID.randomUUID().toString());
        boolean empty = route.method() == HttpMethod.GET || route.method() == HttpMethod.DELETE;
        return client.send(route.method().name(), path, empty ? null : "{\"nonsense\":1}");
    }

    @Test void a_key_without_scopes_opens_nothing_that_asks_for_somebody() {
        List<Client> machines = List.of(machine("/api/v1/user/tokens", Map.of("name", "none"), "token"),
            machine("/api/v1/admin/channels/pecos/keys", Map.of("kind", "secret", "name", "none"), "key"));
        List<String> wrong = new ArrayList<>();
        for (Client machine : machines)
            for (Api.Route route : routes()) {
                if (route.access() instanceof Access.Anyone) continue;
                Answer answer = ask(machine, route);
                if (answer.status() != 403) wrong.add(answer.status() + " to " + answer.request());
            }
        assertThat(wrong).isEmpty();
    }

    @Test void a_token_that_may_all_its_owner_may_opens_nothing_that_is_for_its_person_alone() {
        Set<String> scopes = routes().stream().map(Api.Route::access)
            .flatMap(access -> access instanceof Access.Needs(var permission) ? java.util.stream.Stream.of(permission)
                : java.util.stream.Stream.of("self:read", "self:write"))
            .collect(Collectors.toCollection(TreeSet::new));
        Client machine = machine("/api/v1/user/tokens", Map.of("name", "all", "scopes", scopes), "token");
        List<String> wrong = new ArrayList<>();
        for (Api.Route route : routes()) {
            if (!route.inPerson()) continue;
            Answer answer = ask(machine, route);
            if (answer.status() != 403 || !answer.code().equals("person_required"))
                wrong.add(answer.status() + " to " + answer.request());
        }
        assertThat(wrong).isEmpty();
    }

    @Test void what_decides_who_a_person_is_says_so_in_its_row() {
        Set<String> open = routes().stream()
            .filter(route -> route.access() instanceof Access.SignedIn && !route.inPerson())
            .filter(route -> IN_PERSON.stream().anyMatch(route.path()::startsWith)
                || route.path().equals("/api/v1/user"))
            .map(route -> route.method() + " " + route.path()).filter(route -> !NOT_SO.contains(route))
            .collect(Collectors.toCollection(TreeSet::new));
        assertThat(open).as("say .inPerson(), or list it").isEmpty();
    }

    @Test void money_that_leaves_and_rights_that_are_given_ask_for_a_fresh_second_factor() {
        Set<String> stale = routes().stream().filter(route -> route.method() != HttpMethod.GET && !route.freshly())
            .filter(route -> route.path().matches(".*/(refunds|payouts|roles)(/.*)?"))
            .map(route -> route.method() + " " + route.path()).collect(Collectors.toCollection(TreeSet::new));
        assertThat(stale).as("say .freshly()").isEmpty();
    }
}
