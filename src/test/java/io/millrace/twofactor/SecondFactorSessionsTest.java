package io.millrace.twofactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.millrace.testing.Again;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.EventReader;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/// F010, ASVS 7.4.3 (other sessions end when a factor is added) and 6.5 (lookup secrets).
class SecondFactorSessionsTest {
    /// Attack 25.
    private static final Duration CLOSED_WITHIN = Duration.ofSeconds(5);

    private final Shop shop = Shop.shared();
    private final Enrolled ann = new Enrolled(shop);

    private static EventReader listening(Client caller) {
        EventReader reader = caller.events("/api/v1/probe/events/" + UUID.randomUUID());
        Eventually.holds("the stream is open", () -> reader.retry() != null);
        return reader;
    }

    private Answer refreshed(Answer tokens) {
        return shop.client().post("auth/refresh",
            Map.of("refresh_token", tokens.data().path("refresh_token").asString()));
    }

    /// Guard: the new epoch in the statement that enables it. Without it whoever came in by the password alone stays.
    @Again void enabling_a_second_factor_ends_every_other_session_and_what_it_opened_and_the_own_one_goes_on() {
        Answer mine = ann.signIn();
        Answer other = ann.signIn();
        Client stays = ann.holding(mine);
        ann.setUp(stays);
        try (EventReader own = listening(stays); EventReader foreign = listening(ann.holding(other))) {
            ann.enable(stays);
            ann.holding(other).get("auth/me").expect(401);
            refreshed(other).expect(401);
            Eventually.holds("the other's stream is closed", CLOSED_WITHIN, foreign::ended);
            assertThat(own.ended()).isFalse();
            assertThat(stays.get("auth/sessions").expect(200).data().size()).isOne();
            ann.holding(refreshed(mine).expect(200)).post("probe/danger", Map.of()).expect(200);
        }
        ann.signInWith(ann.code()).expect(200);
    }

    /// Guards: the row says `freshly`; the old codes go in the statement that gives the new ones.
    @Again void new_recovery_codes_want_a_fresh_proof_and_void_the_ones_before() {
        Client session = ann.holding(ann.signIn());
        assertThat(session.post("auth/2fa/recovery-codes", null).expect(409).code())
            .isEqualTo("second_factor_missing");
        ann.setUp(session);
        List<String> before = ann.enable(session);
        ann.late();
        assertThat(session.post("auth/2fa/recovery-codes", null).expect(403).code()).isEqualTo("step_up_required");
        ann.signInWith(before.get(0)).expect(200);

        Answer made = ann.steppedUp(session).post("auth/2fa/recovery-codes", null).expect(200);
        assertThat(made.header("Cache-Control")).isEqualTo("no-store");
        List<String> after = Enrolled.codes(made);
        assertThat(after).hasSize(RecoveryCode.COUNT).doesNotHaveDuplicates().doesNotContainAnyElementsOf(before);
        ann.signInWith(before.get(1)).expect(401);
        ann.signInWith(after.get(1)).expect(200);
        assertThat(shop.database().number("""
            select count(*) from audit.entries where action = 'second_factor.recovery_codes' and object = ?""",
            "account:" + ann.id)).isOne();
        for (String occasion : List.of("SECOND_FACTOR_ON", "RECOVERY_CODES"))
            Eventually.holds("a mail tells him: " + occasion, Duration.ofSeconds(40), () -> shop.database().number("""
                select count(*) from notification.mails where occasion = ? and subject = ?""", occasion, ann.id) == 1);
    }

    /// Guard: `codes_set = :codes_set` in the update. Without it each of them leaves its ten.
    @Again void of_several_who_ask_for_new_codes_at_once_the_codes_of_one_remain() throws Exception {
        Client session = ann.holding(ann.signIn());
        ann.setUp(session);
        ann.enable(session);
        List<Answer> answers;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Answer> ask = () -> session.post("auth/2fa/recovery-codes", null);
            answers = threads.invokeAll(Stream.generate(() -> ask).limit(4).toList()).stream()
                .map(Future::resultNow).toList();
        }
        List<Set<String>> sets = new ArrayList<>();
        for (Answer answer : answers) sets.add(new HashSet<>(Enrolled.codes(answer.expect(200))));
        List<String> good = sets.stream().flatMap(Set::stream).filter(this::isGood).toList();
        assertThat(good).hasSize(RecoveryCode.COUNT);
        assertThat(sets).contains(new HashSet<>(good));
        Write late = Write.of(RecoveryCodes.replaced(ann.id, 1, List.of()));
        assertThatThrownBy(() -> shop.bean(Postgres.class).run(late).block())
            .isInstanceOf(Refused.class).hasMessage(Refused.STALE);
    }

    private boolean isGood(String code) {
        return shop.database().number("select count(*) from twofactor.recovery_codes where account = ? and hash = ?",
            ann.id, RecoveryCode.read(code).hash()) == 1;
    }

    /// Guard: a code needs nothing but to be known, so a machine's key must not get any.
    @Again void a_guest_gets_none() {
        shop.client().post("auth/2fa/recovery-codes", null).expect(401);
    }
}
