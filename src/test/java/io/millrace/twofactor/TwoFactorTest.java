package io.millrace.twofactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// F010, ASVS 6.5 and 6.6 (lookup secrets and one-time codes), 7.5.3 (step-up), OWASP API2: the second factor.
class TwoFactorTest {
    private static final String PASSWORD = "Correct-horse-7!";
    private final Shop shop = Shop.shared();
    private final Client client = shop.client();

    /// Somebody with an account, a session, and perhaps a second factor.
    private final class Person {
        final String email = "two-" + UUID.randomUUID() + "@example.com";
        final Client client;
        final UUID id;
        byte[] secret = {};
        List<String> recovery = List.of();

        Person() {
            TwoFactorTest.this.client.post("/api/v1/auth/register", Map.of("email", email, "password", PASSWORD,
                "first_name", "Ann", "last_name", "Lee"));
            shop.database().execute("update identity.accounts set email_verified_at = now() where email_blind = ?",
                shop.blind(email));
            client = bearer(login().expect(200));
            id = (UUID) java.util.Objects
                .requireNonNull(
                    shop.database().value("select id from identity.accounts where email_blind = ?", shop.blind(email)));
        }

        Answer login() {
            return TwoFactorTest.this.client.post("/api/v1/auth/login", Map.of("email", email, "password", PASSWORD));
        }

        Person enabled() {
            JsonNode proposed = setUp().expect(200).data();
            secret = bytes(proposed.path("secret").asString());
            recovery = new ArrayList<>();
            client.post("/api/v1/auth/2fa/enable", Map.of("code", code())).expect(200).data().path("recovery_codes")
                .forEach(code -> recovery.add(code.asString()));
            return this;
        }

        Answer setUp() {
            return client.post("/api/v1/auth/2fa/setup", Map.of("password", PASSWORD));
        }

        /// The present code, usable again: what this moment's tests used up is forgotten.
        String code() {
            shop.database().execute("update twofactor.second_factors set last_step = 0 where account = ?", id);
            return Totp.code(secret, Totp.step(Instant.now()), Totp.DIGITS, Totp.SHA1);
        }

        String wrong() {
            String right = code();
            return (right.charAt(0) == '0' ? "1" : "0") + right.substring(1, 5) + (right.charAt(5) == '0' ? "1" : "0");
        }

        String challenge() {
            return login().expect(202).data().path("challenge").asString();
        }
    }

    private Client bearer(Answer signedIn) {
        return client.bearer(signedIn.data().path("access_token").asString());
    }

    private Answer answer(String challenge, String code) {
        return client.post("/api/v1/auth/2fa/challenge", Map.of("challenge", challenge, "code", code));
    }

    static byte[] bytes(String base32) {
        byte[] bytes = new byte[base32.length() * 5 / 8];
        for (int i = 0; i < bytes.length * 8; i++) {
            int value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(base32.charAt(i / 5));
            if ((value >> 4 - i % 5 & 1) == 1) bytes[i / 8] |= (byte) (0x80 >> i % 8);
        }
        return bytes;
    }

    private static List<Answer> atOnce(Stream<Callable<Answer>> calls) throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.invokeAll(calls.toList()).stream().map(Future::resultNow).toList();
        }
    }

    @Test void somebody_sets_it_up_proves_it_and_is_asked_for_it_at_the_next_sign_in() {
        Person ann = new Person();
        JsonNode proposed = ann.setUp().expect(200).data();
        assertThat(proposed.path("secret").asString()).matches("[A-Z2-7]{32}");
        assertThat(proposed.path("otpauth_uri").asString()).startsWith("otpauth://totp/")
            .contains("secret=" + proposed.path("secret").asString());
        assertThat(java.util.Base64.getDecoder().decode(proposed.path("qr_png").asString()))
            .startsWith((byte) 0x89, 'P', 'N', 'G');
        ann.login().expect(200);
        ann.enabled();
        assertThat(ann.recovery).hasSize(10).doesNotHaveDuplicates();

        Answer stopped = ann.login().expect(202);
        assertThat(stopped.text()).doesNotContain("access_token", "refresh_token");
        assertThat(stopped.header("Cache-Control")).isEqualTo("no-store");
        Answer in = answer(stopped.data().path("challenge").asString(), ann.code()).expect(200);
        assertThat(in.header("Cache-Control")).isEqualTo("no-store");
        assertThat(bearer(in).get("/api/v1/auth/me").expect(200).data().path("email").asString()).isEqualTo(ann.email);
        assertThat(in.data().path("refresh_token").asString()).isNotEmpty();
    }

    @Test void without_the_password_a_stolen_session_enrols_nothing() {
        Person ann = new Person();
        assertThat(ann.client.post("/api/v1/auth/2fa/setup", Map.of("password", "Wrong-horse-7!")).expect(403).code())
            .isEqualTo("wrong_credentials");
        assertThat(ann.client.post("/api/v1/auth/2fa/setup", Map.of()).expect(422).json().path("errors")
            .has("password")).isTrue();
        client.post("/api/v1/auth/2fa/setup", Map.of("password", PASSWORD)).expect(401);
        assertThat(ann.client.post("/api/v1/auth/2fa/enable", Map.of("code", "123456")).expect(409).code())
            .isEqualTo("second_factor_missing");
    }

    /// Who signs in at another house has no password here: then the sign-in itself must be fresh.
    @Test void without_any_password_only_a_fresh_sign_in_enrols() {
        Person ann = new Person();
        String refresh = ann.login().expect(200).data().path("refresh_token").asString();
        shop.database().execute("update identity.accounts set password = null where id = ?", ann.id);
        ann.client.post("/api/v1/auth/2fa/setup", Map.of("password", "")).expect(200);
        shop.database().execute("""
            update identity.sessions set authenticated_at = authenticated_at - interval '6 minutes'
             where account = ?""", ann.id);
        Client late = bearer(client.post("/api/v1/auth/refresh", Map.of("refresh_token", refresh)).expect(200));
        late.post("/api/v1/auth/2fa/setup", Map.of("password", "")).expect(403);
    }

    @Test void an_enabled_second_factor_is_not_replaced_behind_its_owners_back() {
        Person ann = new Person().enabled();
        assertThat(ann.setUp().expect(409).code()).isEqualTo("second_factor_enabled");
        assertThat(ann.client.post("/api/v1/auth/2fa/enable", Map.of("code", ann.code())).expect(409).code())
            .isEqualTo("second_factor_enabled");
        answer(ann.challenge(), ann.code()).expect(200);
    }

    /// RFC 6238, 5.2. Guard: `last_step < :step` in the update that uses the code up. Two who read the same last step
    /// before either wrote are here one after the other, so that the race is not left to chance.
    @Test void a_code_is_used_up_by_the_write_whatever_was_read_before_it() {
        Person ann = new Person().enabled();
        ann.code();
        Postgres postgres = shop.bean(Postgres.class);
        postgres.run(Write.of(SecondFactors.stepUsed(ann.id, 7))).block();
        for (long late : new long[]{7, 6})
            assertThatThrownBy(() -> postgres.run(Write.of(SecondFactors.stepUsed(ann.id, late))).block())
                .isInstanceOf(Refused.class).hasMessage(SecondFactors.WRONG);
        postgres.run(Write.of(SecondFactors.stepUsed(ann.id, 8))).block();
    }

    @Test void of_several_sign_ins_with_one_code_at_once_one_works() throws Exception {
        Person ann = new Person().enabled();
        List<String> challenges = IntStream.range(0, 4).mapToObj(i -> ann.challenge()).toList();
        String code = ann.code();
        List<Answer> answers = atOnce(challenges.stream().map(challenge -> () -> answer(challenge, code)));
        assertThat(answers.stream().map(Answer::status)).containsOnlyOnce(200).containsOnly(200, 401);
        assertThat(answer(ann.challenge(), code).expect(401).code()).isEqualTo("wrong_code");
    }

    /// Guard: the challenge is deleted in the statement that uses the code up.
    @Test void a_challenge_is_answered_once() throws Exception {
        Person ann = new Person().enabled();
        String challenge = ann.challenge();
        List<Answer> answers = atOnce(ann.recovery.stream().limit(4).map(code -> () -> answer(challenge, code)));
        assertThat(answers.stream().map(Answer::status)).containsOnlyOnce(200).containsOnly(200, 401);
        assertThat(answer(challenge, ann.code()).expect(401).code()).isEqualTo("invalid_token");
        assertThat(shop.database().number("""
            select count(*) from twofactor.recovery_codes where account = ? and used_at is not null""", ann.id))
            .isOne();
    }

    /// Guard: `used_at is null` in the update that uses it up.
    @Test void a_recovery_code_is_good_once() throws Exception {
        Person ann = new Person().enabled();
        List<String> challenges = IntStream.range(0, 4).mapToObj(i -> ann.challenge()).toList();
        String code = ann.recovery.getFirst();
        List<Answer> answers = atOnce(challenges.stream().map(challenge -> () -> answer(challenge, code)));
        assertThat(answers.stream().map(Answer::status)).containsOnlyOnce(200).containsOnly(200, 401);
        answer(ann.challenge(), code).expect(401);
        answer(ann.challenge(), ann.recovery.get(1).toUpperCase(java.util.Locale.ROOT).replace("-", " ")).expect(200);
    }

    /// Attack 30: the account is counted, not the address. Guard: `failures < :max` in the update that takes the try.
    @Test void after_five_wrong_codes_the_right_one_is_refused_too_however_many_are_tried_at_once() throws Exception {
        Person ann = new Person().enabled();
        List<String> challenges = IntStream.range(0, 3).mapToObj(i -> ann.challenge()).toList();
        String wrong = ann.wrong();
        List<Answer> answers = atOnce(IntStream.range(0, 24).mapToObj(i -> () -> answer(challenges.get(i % 3), wrong)));
        assertThat(answers.stream().filter(one -> one.status() == 401)).hasSize(SecondFactors.TRIES_MAX);
        assertThat(answers.stream().filter(one -> one.status() == 429)).hasSize(24 - SecondFactors.TRIES_MAX)
            .allSatisfy(one -> assertThat(one.header("Retry-After")).isEqualTo("900"));
        answer(ann.challenge(), ann.code()).expect(429);
        assertThat(ann.client.post("/api/v1/auth/2fa/challenge", Map.of("code", ann.recovery.getFirst())).expect(429)
            .code()).isEqualTo("too_many_requests");
        shop.database().execute("""
            update twofactor.second_factors set failures_since = failures_since - interval '16 minutes'
             where account = ?""", ann.id);
        answer(ann.challenge(), ann.code()).expect(200);
    }

    @Test void an_old_or_made_up_challenge_finds_nothing() {
        Person ann = new Person().enabled();
        assertThat(answer("made-up", ann.code()).expect(401).code()).isEqualTo("invalid_token");
        String challenge = ann.challenge();
        shop.database().execute("update twofactor.challenges set expires_at = now() where account = ?", ann.id);
        answer(challenge, ann.code()).expect(401);
    }

    /// Attack 25: guard `a.epoch = c.epoch`. Whoever knew the old password is out, even half way in.
    @Test void a_sign_in_that_waits_ends_with_the_epoch_of_the_password_it_began_with() {
        Person ann = new Person().enabled();
        String challenge = ann.challenge();
        shop.database().execute("update identity.accounts set epoch = epoch + 1 where id = ?", ann.id);
        assertThat(answer(challenge, ann.code()).expect(401).code()).isEqualTo("invalid_token");
    }

    /// Attack 28: who does not know the password does not learn that there is a second factor.
    @Test void a_wrong_password_looks_the_same_with_and_without_a_second_factor() {
        Person with = new Person().enabled();
        Person without = new Person();
        Answer one = client.post("/api/v1/auth/login", Map.of("email", with.email, "password", "Wrong-horse-7!"));
        Answer other = client.post("/api/v1/auth/login", Map.of("email", without.email, "password", "Wrong-horse-7!"));
        assertThat(one.expect(401).bytes()).hasSameSizeAs(other.expect(401).bytes());
        assertThat(one.json().path("message")).isEqualTo(other.json().path("message"));
    }

    /// ASVS 7.5.3. Guard: the row says `freshly`, and the session's own moment of proof is asked for.
    @Test void what_cannot_be_undone_asks_for_the_second_factor_again_after_five_minutes() {
        Person ann = new Person();
        ann.client.post("/api/v1/probe/danger", Map.of()).expect(200);
        ann.enabled();
        ann.client.post("/api/v1/probe/danger", Map.of()).expect(200);
        late(ann);
        Answer due = ann.client.post("/api/v1/probe/danger", Map.of()).expect(403);
        assertThat(due.code()).isEqualTo("step_up_required");
        assertThat(due.header("WWW-Authenticate")).contains("insufficient_user_authentication", "max_age=300");

        assertThat(ann.client.post("/api/v1/auth/2fa/challenge", Map.of("code", ann.wrong())).expect(403).code())
            .isEqualTo("wrong_code");
        ann.client.post("/api/v1/probe/danger", Map.of()).expect(403);
        Answer renewed = ann.client.post("/api/v1/auth/2fa/challenge", Map.of("code", ann.code())).expect(200);
        ann.client.post("/api/v1/probe/danger", Map.of()).expect(200);
        bearer(renewed).post("/api/v1/probe/danger", Map.of()).expect(200);
        late(ann);
        bearer(renewed).post("/api/v1/probe/danger", Map.of()).expect(403);
    }

    @Test void a_session_that_began_with_the_second_factor_is_fresh_and_another_one_of_the_same_person_is_not() {
        Person ann = new Person().enabled();
        late(ann);
        Client fresh = bearer(answer(ann.challenge(), ann.code()).expect(200));
        fresh.post("/api/v1/probe/danger", Map.of()).expect(200);
        ann.client.post("/api/v1/probe/danger", Map.of()).expect(403);
    }

    private void late(Person person) {
        shop.database().execute("""
            update identity.sessions set created_at = created_at - interval '6 minutes',
                   second_factor_at = second_factor_at - interval '6 minutes' where account = ?""", person.id);
    }

    @Test void a_guest_steps_nothing_up_and_one_without_a_second_factor_has_nothing_to_prove() {
        client.post("/api/v1/auth/2fa/challenge", Map.of("code", "123456")).expect(401);
        Person ann = new Person();
        assertThat(ann.client.post("/api/v1/auth/2fa/challenge", Map.of("code", "123456")).expect(409).code())
            .isEqualTo("second_factor_missing");
    }

    @Test void it_goes_only_with_a_code_and_the_password_and_takes_its_challenges_along() {
        Person ann = new Person().enabled();
        String challenge = ann.challenge();
        for (Map<String, String> wrong : List.of(Map.of("code", ann.code(), "password", "Wrong-horse-7!"),
            Map.of("code", ann.wrong(), "password", PASSWORD)))
            assertThat(ann.client.post("/api/v1/auth/2fa/disable", wrong).expect(403).code()).isEqualTo("wrong_code");
        assertThat(ann.client.post("/api/v1/auth/2fa/disable", Map.of("code", ann.code())).expect(422).json()
            .path("errors").has("password")).isTrue();
        ann.client.post("/api/v1/auth/2fa/disable", Map.of("code", ann.code(), "password", PASSWORD)).expect(204);
        answer(challenge, ann.recovery.getFirst()).expect(401);
        ann.login().expect(200);
        assertThat(shop.database().number("select count(*) from twofactor.recovery_codes where account = ?", ann.id))
            .isZero();
    }

    @Test void with_a_used_recovery_code_it_does_not_go() {
        Person ann = new Person().enabled();
        answer(ann.challenge(), ann.recovery.get(0)).expect(200);
        ann.client.post("/api/v1/auth/2fa/disable", Map.of("code", ann.recovery.get(0), "password", PASSWORD))
            .expect(403);
        ann.client.post("/api/v1/auth/2fa/disable", Map.of("code", ann.recovery.get(1), "password", PASSWORD))
            .expect(204);
    }

    /// ASVS 6.5.2, 11.4: what a thief of the tables finds opens nothing.
    @Test void the_secret_is_sealed_and_recovery_codes_and_challenges_are_hashed() {
        Person ann = new Person().enabled();
        String challenge = ann.challenge();
        byte[] stored = (byte[]) java.util.Objects.requireNonNull(
            shop.database().value("select secret from twofactor.second_factors where account = ?", ann.id));
        assertThat(java.util.HexFormat.of().formatHex(stored))
            .doesNotContain(java.util.HexFormat.of().formatHex(ann.secret));
        assertThat(stored.length).isGreaterThan(ann.secret.length + 28);
        String all = shop.database().rows("select * from twofactor.recovery_codes where account = ?", ann.id).toString()
            + shop.database().rows("select encode(hash, 'escape') from twofactor.challenges where account = ?", ann.id);
        assertThat(all).doesNotContain(challenge, ann.recovery.getFirst());
        assertThat(shop.database().number("select count(*) from twofactor.challenges where hash = ?",
            (Object) RecoveryCode.sha256(challenge))).isOne();
    }

    @Test void what_nobody_answered_is_swept_away() {
        Person ann = new Person().enabled();
        ann.challenge();
        shop.database().execute("update twofactor.challenges set expires_at = now() where account = ?", ann.id);
        shop.bean(io.millrace.jobs.Jobs.class).run("twofactor.challenges").block();
        assertThat(shop.database().number("select count(*) from twofactor.challenges where account = ?", ann.id))
            .isZero();
    }
}
