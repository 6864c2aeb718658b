package io.millrace.keys;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.util.List;
import java.util.Map;

/// Makes keys of every kind in a shop, by its admin.
record Keyring(Shop shop, Client admin) {
    static final String TOKENS = "/api/v1/user/tokens";

    /// Somebody of the staff, as his roles grant.
    Client staff() {
        People people = new People(shop);
        String email = People.freshEmail();
        people.register(email);
        String account = people.signIn(email).data().path("user").path("id").asString();
        admin.put("/api/v1/admin/users/" + account + "/roles", Map.of("roles", List.of("customer", "staff")))
            .expect(200);
        return people.holding(people.signIn(email));
    }

    static Answer token(Client owner, String... scopes) {
        return owner.post(TOKENS, Map.of("name", "cash desk", "scopes", List.of(scopes))).expect(201);
    }

    static String keys(String channel) {
        return "/api/v1/admin/channels/" + channel + "/keys";
    }

    Answer publishable(String channel, String... origins) {
        return admin.post(keys(channel), Map.of("kind", "publishable", "name", "web", "origins", List.of(origins)))
            .expect(201);
    }

    Answer secret(String channel, String... scopes) {
        return admin.post(keys(channel), Map.of("kind", "secret", "name", "erp", "scopes", List.of(scopes)))
            .expect(201);
    }

    static String text(Answer key) {
        return key.data().path("key").asString();
    }

    static String id(Answer made) {
        return made.data().path("id").asString();
    }
}
