package io.millrace.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.EventReader;
import io.millrace.testing.Eventually;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.reactive.function.server.MockServerRequest;
import tools.jackson.databind.JsonNode;

/// Attack 25, goal R13, ASVS 5.0 V7.4: a sign-in that is over is over everywhere, and so is what it opened.
class SessionsTest {
    /// Attack 25.
    private static final Duration CLOSED_WITHIN = Duration.ofSeconds(5);

    private final Shop shop = Shop.shared();
    private final People people = new People(shop);
    private final Client client = shop.client();
    private final String email = "sam-" + UUID.randomUUID() + "@example.com";

    private Answer signIn(Client from) {
        return from.post("auth/login", Map.of("email", email, "password", People.PASSWORD)).expect(200);
    }

    private static String access(Answer tokens) {
        return tokens.data().path("access_token").asString();
    }

    private Client holding(Answer tokens) {
        return client.bearer(access(tokens));
    }

    private static Map<String, String> refresh(Answer tokens) {
        return Map.of("refresh_token", tokens.data().path("refresh_token").asString());
    }

    private static EventReader listening(Client caller) {
        EventReader reader = caller.events("/api/v1/probe/events/" + UUID.randomUUID());
        Eventually.holds("the stream is open", () -> reader.retry() != null);
        return reader;
    }

    private static void closes(EventReader reader) {
        Eventually.holds("the stream is closed", CLOSED_WITHIN, reader::ended);
    }

    @Test void i_see_where_i_am_signed_in_and_sign_out_there_but_nobody_else_does() {
        people.register(email);
        Answer here = signIn(client.with("User-Agent", "Phone of Sam"));
        Answer there = signIn(client.with("User-Agent", "Laptop of Sam"));
        JsonNode list = holding(here).get("auth/sessions").expect(200).data();
        JsonNode mine = list.valueStream().filter(one -> one.path("current").asBoolean()).findFirst().orElseThrow();
        assertThat(mine.path("device").asString()).isEqualTo("Phone of Sam");
        assertThat(mine.path("ip").asString()).contains(".");
        assertThat(mine.path("methods").get(0).asString()).isEqualTo("pwd");
        String other = list.valueStream().filter(one -> one.path("device").asString("").equals("Laptop of Sam"))
            .findFirst().orElseThrow().path("id").asString();
        people.customer().delete("auth/sessions/" + other).expect(404);
        holding(there).get("auth/me").expect(200);
        holding(here).delete("auth/sessions/" + other).expect(204);
        holding(there).get("auth/me").expect(401);
        client.post("auth/refresh", refresh(there)).expect(401);
        holding(here).delete("auth/sessions/" + other).expect(404);
        holding(here).delete("auth/sessions/nonsense").expect(404);
        assertThat(holding(here).get("auth/sessions").expect(200).data().size()).isEqualTo(list.size() - 1);
    }

    @Test void attack_25_signing_out_ends_the_access_token_and_closes_streams_on_every_node() {
        people.register(email);
        try (Shop second = shop.secondNode()) {
            Answer tokens = signIn(client);
            Client elsewhere = second.client().bearer(access(tokens));
            elsewhere.get("auth/me").expect(200);
            try (EventReader here = listening(holding(tokens));
                EventReader there = listening(elsewhere);
                EventReader guest = listening(second.client())) {
                client.post("auth/logout", refresh(tokens)).expect(204);
                holding(tokens).get("auth/me").expect(401);
                closes(here);
                closes(there);
                Eventually.passes(() -> elsewhere.get("auth/me").expect(401));
                assertThat(guest.ended()).as("others listen on").isFalse();
            }
        }
    }

    @Test void attack_25_signing_out_everywhere_ends_all_of_mine_and_nobody_elses() {
        people.register(email);
        Answer one = signIn(client);
        Answer two = signIn(client);
        Client stranger = people.customer();
        try (EventReader first = listening(holding(one));
            EventReader second = listening(holding(two));
            EventReader other = listening(stranger)) {
            holding(one).delete("auth/sessions").expect(204);
            closes(first);
            closes(second);
            assertThat(other.ended()).isFalse();
        }
        for (Answer tokens : java.util.List.of(one, two)) {
            holding(tokens).get("auth/me").expect(401);
            client.post("auth/refresh", refresh(tokens)).expect(401);
        }
        stranger.get("auth/me").expect(200);
        holding(signIn(client)).get("auth/me").expect(200);
    }

    /// Guard: `s.epoch = e.epoch - 1`. A second factor was enabled here, and the password changed meanwhile.
    @Test void a_session_that_is_over_does_not_come_back_to_life_when_the_others_end() {
        people.register(email);
        Answer mine = signIn(client);
        UUID session = UUID.fromString(holding(mine).get("auth/sessions").expect(200).data().get(0).path("id")
            .asString());
        UUID account = UUID.fromString(mine.data().path("user").path("id").asString());
        shop.database().execute("update identity.accounts set epoch = epoch + 1 where id = ?", account);
        Write write = Write.of(Sessions.othersEnded(session, account, Instant.now()));
        assertThatThrownBy(() -> shop.bean(Postgres.class).run(write).block())
            .isInstanceOf(Refused.class).hasMessage(Sessions.NOT_LIVE);
        client.post("auth/refresh", refresh(mine)).expect(401);
    }

    /// Guard: the epoch in `enter`. The password was changed after the second factor was asked for.
    @Test void a_second_factor_opens_no_session_of_another_epoch() {
        people.register(email);
        UUID account = UUID.fromString(signIn(client).data().path("user").path("id").asString());
        assertThat(Objects.requireNonNull(shop.bean(SecondStep.class)
            .enter(account, 0, Set.of("pwd", "otp"), MockServerRequest.builder().build()).block()).status())
            .isEqualTo(401);
    }

    /// What happens while Kafka is away, or a fact is lost: nobody tells this node, and it finds out by itself.
    @Test void attack_25_a_stream_closes_even_where_the_ending_was_not_heard() {
        people.register(email);
        Answer tokens = signIn(client);
        String session = holding(tokens).get("auth/sessions").expect(200).data().get(0).path("id").asString();
        try (EventReader reader = listening(holding(tokens)); EventReader guest = listening(client)) {
            shop.database().execute("update identity.sessions set revoked_at = now() where id = ?",
                UUID.fromString(session));
            closes(reader);
            assertThat(guest.ended()).isFalse();
        }
    }

    @Test void signing_out_by_the_access_token_alone_is_enough_and_twice_is_no_error() {
        people.register(email);
        Answer tokens = signIn(client);
        holding(tokens).post("auth/logout", null).expect(204);
        holding(tokens).get("auth/me").expect(401);
        client.post("auth/logout", refresh(tokens)).expect(204);
        client.post("auth/logout", Map.of()).expect(422);
        client.post("auth/logout", null).expect(422);
    }
}
