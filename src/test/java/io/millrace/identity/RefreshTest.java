package io.millrace.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobs.ShopClock;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// Attack 24, goal R13, ASVS 5.0 V10.4.5: refresh tokens are good once, two tabs are not locked out, a thief is.
class RefreshTest {
    private static final Shop SHOP = Shop.with();
    private final Client client = SHOP.client();

    @AfterAll static void close() {
        SHOP.close();
    }

    private Answer signIn() {
        return client.post("auth/login", Map.of("email",
            "admin@example.com", "password", "millrace-admin")).expect(200);
    }

    private Answer refresh(String token) {
        return client.post("auth/refresh", Map.of("refresh_token", token));
    }

    private static String token(Answer answer) {
        return answer.data().path("refresh_token").asString();
    }

    private Answer me(Answer tokens) {
        return client.bearer(tokens.data().path("access_token").asString()).get("auth/me");
    }

    private static void wait(Duration step) {
        SHOP.bean(ShopClock.class).jump(step);
    }

    /// Goal I12: no refresh token of a family is usable, and no access token, after one was used again.
    private void isOver(String anyToken) {
        assertThat(SHOP.database().number("""
            select count(*) from identity.refresh_tokens t join identity.sessions s on s.id = t.session
             where t.used_at is null and s.revoked_at is null
               and s.id = (select session from identity.refresh_tokens where hash = ?)""",
            (Object) Bearer.sha256(anyToken))).isZero();
    }

    @Test void each_refresh_answers_a_successor_and_another_access_token() {
        Answer first = signIn();
        Answer second = refresh(token(first)).expect(200);
        Answer third = refresh(token(second)).expect(200);
        assertThat(Set.of(token(first), token(second), token(third))).hasSize(3);
        me(third).expect(200);
    }

    @Test void attack_24_two_tabs_that_refresh_at_once_get_the_same_successor_and_nobody_is_signed_out() {
        Answer first = signIn();
        String second = token(refresh(token(first)).expect(200));
        wait(Refresh.GRACE.minusMillis(1_000));
        assertThat(token(refresh(token(first)).expect(200))).isEqualTo(second);
        refresh(second).expect(200);
    }

    /// Guard: `used_at is null` inside the update that uses the token up.
    @Test void attack_24_of_fifty_refreshes_at_once_all_answer_one_successor() throws Exception {
        String token = token(signIn());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> calls =
                IntStream.range(0, 50).<Callable<Answer>>mapToObj(i -> () -> refresh(token).expect(200)).toList();
            List<Answer> answers = threads.invokeAll(calls).stream().map(Future::resultNow).toList();
            assertThat(answers.stream().map(RefreshTest::token).distinct()).hasSize(1);
            assertThat(SHOP.database().number("""
                select count(*) from identity.refresh_tokens where session =
                    (select session from identity.refresh_tokens where hash = ?)""", (Object) Bearer.sha256(token)))
                .isEqualTo(2);
            refresh(token(answers.getFirst())).expect(200);
        }
    }

    @Test void attack_24_a_token_used_again_after_the_grace_ends_the_family_and_the_person_is_told() {
        Answer first = signIn();
        Answer second = refresh(token(first)).expect(200);
        me(second).expect(200);
        wait(Refresh.GRACE.plusMillis(1));
        assertThat(refresh(token(first)).expect(401).code()).isEqualTo("invalid_token");
        refresh(token(second)).expect(401);
        me(second).expect(401);
        me(first).expect(401);
        isOver(token(first));
        assertThat(SHOP.database().number("""
            select count(*) from messaging.facts where type = 'identity.TokenReused' and aggregate = 'session:' ||
                (select session from identity.refresh_tokens where hash = ?)""",
            (Object) Bearer.sha256(token(first)))).isOne();
    }

    @Test void attack_24_a_token_whose_successor_was_used_betrays_a_thief_at_once() {
        Answer first = signIn();
        Answer second = refresh(token(first)).expect(200);
        Answer third = refresh(token(second)).expect(200);
        refresh(token(first)).expect(401);
        refresh(token(third)).expect(401);
        isOver(token(first));
    }

    /// Guard: the session's own `revoked_at`, which every use looks at: a successor made while the family ends is dead.
    @Test void attack_24_refreshes_that_race_a_thief_leave_no_live_token() throws Exception {
        for (int round = 0; round < 10 * Integer.getInteger("scale", 1); round++) {
            String stolen = token(signIn());
            String current = token(refresh(stolen).expect(200));
            wait(Refresh.GRACE.plusMillis(1));
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Callable<Answer>> calls = IntStream.range(0, 8).<Callable<Answer>>mapToObj(
                    i -> () -> refresh(i % 2 == 0 ? stolen : current)).toList();
                for (Future<Answer> answer : threads.invokeAll(calls))
                    assertThat(answer.resultNow().status()).isIn(200, 401);
            }
            isOver(stolen);
            refresh(current).expect(401);
        }
    }

    @Test void a_session_ends_when_nobody_refreshed_it_for_its_life() {
        String first = token(signIn());
        wait(Duration.ofDays(29));
        String second = token(refresh(first).expect(200));
        wait(Duration.ofDays(29));
        String third = token(refresh(second).expect(200));
        wait(Duration.ofDays(30));
        refresh(third).expect(401);
    }

    @Test void what_a_token_is_worth_depends_on_its_use_its_age_and_its_successor() {
        Instant used = Instant.parse("2026-11-20T12:00:00Z");
        assertThat(Refresh.worth(family(null, true, false), used)).isEqualTo(Refresh.Worth.FRESH);
        assertThat(Refresh.worth(family(null, false, false), used)).isEqualTo(Refresh.Worth.DEAD);
        assertThat(Refresh.worth(family(used, true, false), used.plusSeconds(10)))
            .isEqualTo(Refresh.Worth.SAME_SUCCESSOR);
        assertThat(Refresh.worth(family(used, true, false), used.plusMillis(10_001))).isEqualTo(Refresh.Worth.STOLEN);
        assertThat(Refresh.worth(family(used, true, true), used)).isEqualTo(Refresh.Worth.STOLEN);
        assertThat(Refresh.worth(family(used, false, true), used)).isEqualTo(Refresh.Worth.DEAD);
    }

    @Test void a_successor_is_known_only_to_who_holds_the_token_and_the_secret() {
        byte[] secret = {1, 2, 3};
        assertThat(Refresh.successor(secret, "a")).isEqualTo(Refresh.successor(secret, "a")).hasSize(43)
            .isNotEqualTo(Refresh.successor(secret, "b")).isNotEqualTo(Refresh.successor(new byte[]{1, 2}, "a"));
    }

    private static Sessions.Family family(@org.jspecify.annotations.Nullable Instant used, boolean live,
        boolean further) {
        Session session = new Session(UUID.randomUUID(), UUID.randomUUID(), Instant.EPOCH, Set.of("pwd"));
        return new Sessions.Family(session, new byte[0], used, live, further);
    }
}
