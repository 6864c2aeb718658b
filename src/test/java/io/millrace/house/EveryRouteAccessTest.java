package io.millrace.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;

/// Attack 2 (OWASP API5 function level authorisation, ASVS 8.2.1): every route of the house, present and future, times
/// every role, times the ways a path and a method can be written. What is not given is refused.
class EveryRouteAccessTest {
    private static final Shop SHOP = Shop.with();
    private static final People PEOPLE = new People(SHOP);

    /// Writes that need no account, each with its own proof: a new one here is a decision.
    private static final Set<String> OPEN_WRITES = Set.of(
        "POST /api/v1/auth/**", "* /api/v1/cart/**", "POST /api/v1/checkout/**", "POST /api/v1/orders",
        "POST /api/v1/orders/verify-payment", "POST /api/v1/orders/search/code", "PUT /api/v1/orders/{id}/cancel",
        "POST /api/v1/orders/{id}/payments", "POST /api/v1/orders/{id}/stream-tickets", "POST /api/v1/payments/process",
        "POST /api/v1/webhooks/{provider}", "POST /api/v1/payments/webhook", "POST /api/v1/products/{id}/stock");

    @AfterAll static void close() {
        SHOP.close();
    }

    private static List<Api.Route> routes() {
        return SHOP.bean(Api.class).routes().stream()
            .filter(route -> route.path().startsWith("/api/") && !route.path().contains("/probe")).toList();
    }

    private static List<Api.Route> guarded() {
        return routes().stream().filter(route -> route.access() instanceof Access.Needs).toList();
    }

    @Test void a_write_that_anyone_may_ask_for_stands_on_the_list() {
        Set<String> open = routes().stream()
            .filter(route -> route.access() instanceof Access.Anyone && route.method() != HttpMethod.GET)
            .map(route -> route.method() + " " + route.path()).filter(route -> OPEN_WRITES.stream().noneMatch(
                listed -> covers(listed, route)))
            .collect(Collectors.toCollection(TreeSet::new));
        assertThat(open).as("writes without an account: demand one, or list it with its proof").isEmpty();
    }

    @Test void everything_below_admin_demands_a_permission() {
        assertThat(routes().stream().filter(route -> route.path().startsWith("/api/v1/admin/"))
            .filter(route -> !(route.access() instanceof Access.Needs)).map(Api.Route::path)).isEmpty();
    }

    @Test void attack_2_each_role_reaches_what_it_was_given_and_nothing_else() {
        Map<String, Set<String>> given = given();
        Map<String, Client> people = new LinkedHashMap<>();
        given.keySet().forEach(role -> people.put(role, holding(role)));
        List<String> wrong = new ArrayList<>();
        for (Api.Route route : guarded()) {
            String needed = ((Access.Needs) route.access()).permission();
            expect(wrong, "guest", route, ask(SHOP.client(), route), Set.of(401));
            people.forEach((role, person) -> {
                boolean may = given.getOrDefault(role, Set.of()).stream().anyMatch(
                    held -> held.equals("*") || held.equals(needed));
                Answer answer = ask(person, route);
                if (may && (answer.status() == 401 || answer.status() == 403 && !"step_up_required".equals(answer
                    .code()))) wrong.add(role + " is kept out of " + route.method() + " " + route.path());
                if (!may) expect(wrong, role, route, answer, Set.of(403));
            });
        }
        assertThat(wrong).isEmpty();
        assertThat(given).containsKeys("super_admin", "staff", "support", "analyst", "seller", "customer", "contractor",
            "driver", "consultant");
    }

    @Test void attack_2_a_guest_is_asked_to_sign_in_wherever_an_account_is_needed() {
        List<String> wrong = new ArrayList<>();
        for (Api.Route route : routes())
            if (route.access() instanceof Access.SignedIn)
                expect(wrong, "guest", route, ask(SHOP.client(), route), Set.of(401));
        assertThat(wrong).isEmpty();
    }

    /// Another spelling of a path or a method leads nowhere, or to the same door with the same lock.
    @Test void attack_2_no_other_spelling_opens_a_guarded_route() {
        Client customer = PEOPLE.customer();
        List<String> wrong = new ArrayList<>();
        for (Api.Route route : guarded()) {
            String path = path(route);
            String last = path.substring(path.lastIndexOf('/') + 1);
            String before = path.substring(0, path.length() - last.length());
            for (String spelled : List.of(path + "/", path + ";x=1", path + "/.", path + "/%2e", before + "%2e/" + last,
                before + "/" + last, path.replace("/admin/", "/Admin/"), path.replace("/admin", "/%61dmin"),
                path.replace("/admin", "/%2561dmin"), path.replace("/api/v1", "/api"), path + "%20", path + "%00",
                path + ".json", "/health/.." + path, path.replace("/api/v1", "/api/v1/products/..")))
                harmless(wrong, customer.send(route.method().name(), spelled, body(route)));
            if (isRead(route.path())) continue;
            for (String method : List.of("HEAD", "OPTIONS", "TRACE", "GET", "POST"))
                if (!method.equals(route.method().name()) && routes().stream().noneMatch(
                    other -> other.path().equals(route.path()) && other.method().name().equals(method)))
                    harmless(wrong, customer.send(method, path, null));
            for (String header : List.of("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"))
                harmless(wrong, customer.with(header, route.method().name()).send("GET", path, null));
            harmless(wrong, customer.with("X-Original-URL", path).with("X-Rewrite-URL", path).get("/health/none"));
        }
        assertThat(wrong).isEmpty();
    }

    /// Shoppers read at the same path what staff write there, so a GET of any dress is answered.
    private static boolean isRead(String path) {
        return routes().stream().anyMatch(route -> route.path().equals(path) && route.method() == HttpMethod.GET
            && route.access() instanceof Access.Anyone);
    }

    /// A preflight or an `Allow` is an answer to anybody, and shows nothing.
    private static void harmless(List<String> wrong, Answer answer) {
        boolean shown = answer.status() < 300 && !answer.request().startsWith("OPTIONS ");
        if (shown || answer.status() >= 500) wrong.add(answer.status() + " to " + answer.request());
    }

    private static void expect(List<String> wrong, String who, Api.Route route, Answer answer, Set<Integer> statuses) {
        if (!statuses.contains(answer.status()))
            wrong.add(who + " got " + answer.status() + " from " + route.method() + " " + route.path());
    }

    private static Answer ask(Client client, Api.Route route) {
        return client.send(route.method().name(), path(route), body(route));
    }

    /// Refused by every handler that reads a body, if one should ever be reached.
    private static String body(Api.Route route) {
        return route.method() == HttpMethod.GET || route.method() == HttpMethod.DELETE ? null : "{\"nonsense\":1}";
    }

    /// Ids that nothing has: whoever gets past the lock finds nothing.
    private static String path(Api.Route route) {
        return route.path().replaceAll("\\{[^}]+}", "00000000-0000-7000-8000-" + UUID.randomUUID().toString()
            .substring(24));
    }

    private static boolean covers(String listed, String route) {
        String[] words = listed.split(" ", 2);
        String path = route.substring(route.indexOf(' ') + 1);
        boolean method = words[0].equals("*") || route.startsWith(words[0] + " ");
        return method && (words[1].endsWith("/**") ? (path + "/").startsWith(words[1].substring(0, words[1].length()
            - 2)) : path.equals(words[1]));
    }

    private static Map<String, Set<String>> given() {
        Map<String, Set<String>> given = new TreeMap<>();
        for (var row : SHOP.database().rows("""
            select r.code, p.permission from identity.roles r left join identity.permissions p on p.role = r.code"""))
            given.computeIfAbsent(String.valueOf(row.get("code")), role -> new TreeSet<>())
                .add(String.valueOf(row.get("permission")));
        return given;
    }

    private static Client holding(String role) {
        if (role.equals("super_admin")) return PEOPLE.admin();
        String email = People.freshEmail();
        PEOPLE.register(email);
        SHOP.database().execute("update identity.account_roles set role = ? where account = "
            + "(select id from identity.accounts where email_blind = ?)", role, SHOP.blind(email));
        return PEOPLE.holding(PEOPLE.signIn(email));
    }
}
