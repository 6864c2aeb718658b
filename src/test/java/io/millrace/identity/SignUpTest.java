package io.millrace.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.identity.Identity.Code;
import io.millrace.identity.Identity.Purpose;
import io.millrace.jobs.ShopClock;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.EventReader;
import io.millrace.testing.Eventually;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// Attack 28 and ASVS 5.0 V6.3.8, V6.4: getting an account and a forgotten password back tells nobody else anything.
class SignUpTest {
    // The letters are written by the test: each writing voids the code of the one before.
    private static final Shop SHOP = Shop.with("millrace.identity.unverified-login", "false",
        "millrace.identity.mailed-after", "200ms",
        "millrace.notification.enabled", "false",
        "millrace.identity.password-kinds.ebuildify", "LOWER,UPPER,DIGIT");
    private static final int SCALE = Integer.getInteger("scale", 1);
    /// Attack 28: the medians of this many calls are compared, on a quiet machine and in the long run (`-Dscale=10`);
    /// the short run counts the hashes, which are all that could tell over a network.
    private static final int SAMPLES = Math.min(1_000, 10 * SCALE);
    private static final double MEDIANS_DIFFER_MS_MAX = 5;

    private final Client client = SHOP.client();
    private final People people = new People(SHOP);
    private final String email = People.freshEmail();

    @AfterAll static void close() {
        SHOP.close();
    }

    private Answer post(String path, String... namesAndValues) {
        Map<String, String> body = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) body.put(namesAndValues[i], namesAndValues[i + 1]);
        return client.post("auth/" + path, body);
    }

    private Answer register(String address, String password) {
        return post("register", "email", address, "password", password, "first_name", "Ann", "last_name", "Lee");
    }

    private Answer login(String password) {
        return post("login", "email", email, "password", password);
    }

    /// What the post would write: the newest letter to this address.
    private Code letter(Purpose purpose) {
        UUID id = (UUID) Objects.requireNonNull(SHOP.database().value("""
            select c.id from identity.codes c join identity.accounts a on a.id = c.account
             where a.email_blind = ? and c.purpose = ? order by c.created_at desc limit 1""", SHOP.blind(email),
            purpose.name()));
        return Objects.requireNonNull(SHOP.bean(Identity.class).code(id).block());
    }

    private String token(Purpose purpose) {
        return Objects.requireNonNull(letter(purpose).token());
    }

    @Test void an_account_is_made_its_address_proven_once_and_only_then_somebody_signs_in() {
        register(email, "correct horse").expect(202);
        Answer before = login("correct horse").expect(401);
        assertThat(before.bytes()).hasSameSizeAs(login("incorrect horse").expect(401).bytes());
        Code letter = letter(Purpose.VERIFY_EMAIL);
        assertThat(letter.email()).isEqualTo(email);
        assertThat(letter.name()).isEqualTo("Ann Lee");
        post("verify-email", "token", String.valueOf(letter.token())).expect(204);
        login("correct horse").expect(200);
        assertThat(post("verify-email", "token", String.valueOf(letter.token())).expect(422).code())
            .isEqualTo("code_invalid");
        assertThat(post("resend-verification", "email", email).expect(202).text()).contains("mail");
        assertThat(SHOP.database().number("""
            select count(*) from messaging.facts where type = 'identity.EmailVerified' and aggregate =
                (select 'account:' || id from identity.accounts where email_blind = ?)""", SHOP.blind(email))).isOne();
    }

    @Test void codes_are_kept_as_hashes_and_no_fact_tells_them() {
        register(email, "correct horse").expect(202);
        String token = token(Purpose.VERIFY_EMAIL);
        assertThat(SHOP.database().number("select count(*) from identity.codes where hash = ?",
            (Object) Bearer.sha256(token))).isOne();
        assertThat(SHOP.database().number("select count(*) from messaging.facts where payload::text like ?",
            "%" + token + "%")).isZero();
        assertThat(SHOP.database().number("select count(*) from messaging.facts where payload::text like ?",
            "%" + email + "%")).isZero();
    }

    @Test void a_letter_written_again_voids_the_code_of_the_one_before_and_lives_no_longer() {
        register(email, "correct horse").expect(202);
        String first = token(Purpose.VERIFY_EMAIL);
        String second = token(Purpose.VERIFY_EMAIL);
        post("verify-email", "token", first).expect(422);
        SHOP.bean(ShopClock.class).jump(Codes.LIFE.plusSeconds(1));
        post("verify-email", "token", second).expect(422);
        post("resend-verification", "email", email).expect(202);
        post("verify-email", "token", token(Purpose.VERIFY_EMAIL)).expect(204);
    }

    @Test void attack_28_registering_a_known_address_looks_and_changes_nothing_and_its_owner_hears_of_it() {
        register(email, "correct horse").expect(202);
        post("verify-email", "token", token(Purpose.VERIFY_EMAIL)).expect(204);
        Answer again = register(email.toUpperCase(java.util.Locale.ROOT), "another horse").expect(202);
        Answer fresh = register(People.freshEmail(), "another horse").expect(202);
        assertThat(again.bytes()).isEqualTo(fresh.bytes());
        login("another horse").expect(401);
        login("correct horse").expect(200);
        assertThat(letter(Purpose.ADDRESS_TAKEN).email()).isEqualTo(email);
    }

    /// Somebody registered my address before me and waits: the letter I get lets me take it from him.
    @Test void an_address_registered_by_a_stranger_is_its_owners_with_the_first_letter() {
        register(email, "the stranger's").expect(202);
        register(email, "correct horse").expect(202);
        post("reset-password", "token", token(Purpose.ADDRESS_TAKEN), "password", "correct horse").expect(204);
        login("the stranger's").expect(401);
        login("correct horse").expect(200);
    }

    @Test void attack_28_login_register_reset_and_resend_take_as_long_for_known_and_unknown_addresses() {
        people.register(email);
        assertThat(hashes(() -> login("incorrect horse"))).isEqualTo(1).isEqualTo(hashes(() -> post("login", "email",
            People.freshEmail(), "password", "incorrect horse"))).isEqualTo(hashes(() -> post("login", "email",
                "nonsense", "password", "incorrect horse")));
        assertThat(hashes(() -> register(email, "another horse"))).isEqualTo(1)
            .isEqualTo(hashes(() -> register(People.freshEmail(), "another horse")));
        if (SCALE < 10) return;
        assertThat(differ(() -> login("incorrect horse"), () -> post("login", "email", People.freshEmail(), "password",
            "incorrect horse"))).as("login").isLessThan(MEDIANS_DIFFER_MS_MAX);
        assertThat(differ(() -> register(email, "another horse"), () -> register(People.freshEmail(), "another horse")))
            .as("register").isLessThan(MEDIANS_DIFFER_MS_MAX);
        assertThat(differ(() -> post("forgot-password", "email", email),
            () -> post("forgot-password", "email", People.freshEmail()))).as("forgot-password")
            .isLessThan(MEDIANS_DIFFER_MS_MAX);
        assertThat(differ(() -> post("resend-verification", "email", email),
            () -> post("resend-verification", "email", People.freshEmail()))).as("resend")
            .isLessThan(MEDIANS_DIFFER_MS_MAX);
    }

    @Test void attack_28_whatever_the_address_the_answer_is_one_and_the_same() {
        people.register(email);
        for (String path : List.of("forgot-password", "resend-verification")) {
            Answer known = post(path, "email", email).expect(202);
            Answer unknown = post(path, "email", People.freshEmail()).expect(202);
            assertThat(known.bytes()).as(path).isEqualTo(unknown.bytes());
            assertThat(known.headers().map().keySet()).as(path).isEqualTo(unknown.headers().map().keySet());
        }
    }

    private static long hashes(Callable<Answer> call) {
        long before = SHOP.bean(Passwords.class).hashed();
        millis(call);
        return SHOP.bean(Passwords.class).hashed() - before;
    }

    /// Both kinds of calls in turn, so that the machine's other work falls on both alike.
    private static double differ(Callable<Answer> known, Callable<Answer> unknown) {
        List<Double> here = new ArrayList<>();
        List<Double> there = new ArrayList<>();
        for (int i = 0; i < SAMPLES + 3; i++) {
            here.add(millis(known));
            there.add(millis(unknown));
        }
        return Math.abs(median(here.subList(3, here.size())) - median(there.subList(3, there.size())));
    }

    private static double millis(Callable<Answer> call) {
        long start = System.nanoTime();
        try {
            call.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return (System.nanoTime() - start) / 1e6;
    }

    private static double median(List<Double> times) {
        List<Double> sorted = new ArrayList<>(times);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    /// Guard: `used_at is null` in the write that uses the code up.
    @Test void of_ten_uses_of_one_code_at_once_one_counts() throws Exception {
        register(email, "correct horse").expect(202);
        post("forgot-password", "email", email).expect(202);
        String token = token(Purpose.RESET_PASSWORD);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> calls = IntStream.range(0, 10).<Callable<Integer>>mapToObj(
                i -> () -> post("reset-password", "token", token, "password", "new horse " + i).status()).toList();
            assertThat(threads.invokeAll(calls).stream().map(Future::resultNow)).containsOnly(204, 422)
                .containsOnlyOnce(204);
        }
        assertThat(
            SHOP.database().number("select epoch from identity.accounts where email_blind = ?", SHOP.blind(email)))
            .isEqualTo(2);
    }

    @Test void attack_25_a_new_password_by_mail_ends_every_session_and_stream_and_proves_the_address() {
        register(email, "correct horse").expect(202);
        post("verify-email", "token", token(Purpose.VERIFY_EMAIL)).expect(204);
        Answer tokens = login("correct horse").expect(200);
        Client holder = people.holding(tokens);
        try (EventReader stream = holder.events("/api/v1/probe/events/" + UUID.randomUUID())) {
            Eventually.holds("the stream is open", () -> stream.retry() != null);
            post("forgot-password", "email", email).expect(202);
            post("reset-password", "token", token(Purpose.RESET_PASSWORD), "password", "new horse").expect(204);
            Eventually.holds("the stream is closed", Duration.ofSeconds(5), stream::ended);
        }
        holder.get("auth/me").expect(401);
        post("refresh", "refresh_token", tokens.data().path("refresh_token").asString()).expect(401);
        login("correct horse").expect(401);
        login("new horse").expect(200);
        assertThat(letter(Purpose.PASSWORD_CHANGED).token()).isNull();
    }

    @Test void attack_25_changing_the_password_ends_every_session_but_the_new_one() {
        register(email, "correct horse").expect(202);
        post("verify-email", "token", token(Purpose.VERIFY_EMAIL)).expect(204);
        Answer other = login("correct horse").expect(200);
        Answer mine = login("correct horse").expect(200);
        Client me = people.holding(mine);
        me.post("auth/change-password", Map.of("current_password", "wrong horse", "password", "new horse"))
            .expect(401);
        me.post("auth/change-password", Map.of("current_password", "correct horse", "password", "password1"))
            .expect(422);
        Answer renewed = me.post("auth/change-password", Map.of("current_password", "correct horse", "password",
            "new horse")).expect(200);
        for (Answer old : List.of(other, mine)) {
            people.holding(old).get("auth/me").expect(401);
            post("refresh", "refresh_token", old.data().path("refresh_token").asString()).expect(401);
        }
        people.holding(renewed).get("auth/me").expect(200);
        post("refresh", "refresh_token", renewed.data().path("refresh_token").asString()).expect(200);
    }

    @Test void another_address_counts_when_it_was_proven_and_the_old_one_hears_of_it() {
        register(email, "correct horse").expect(202);
        post("verify-email", "token", token(Purpose.VERIFY_EMAIL)).expect(204);
        UUID account = UUID.fromString(login("correct horse").expect(200).data().path("user").path("id").asString());
        String next = People.freshEmail();
        assertThat(SHOP.bean(Identity.class).changeEmail(account, next).block()).isTrue();
        Code letter = letter(Purpose.CHANGE_EMAIL);
        assertThat(letter.email()).isEqualTo(next);
        login("correct horse").expect(200);
        assertThat(post("reset-password", "token", String.valueOf(letter.token()), "password", "new horse").expect(422)
            .code()).isEqualTo("code_invalid");
        letter = letter(Purpose.CHANGE_EMAIL);
        post("verify-email", "token", String.valueOf(letter.token())).expect(204);
        login("correct horse").expect(401);
        post("login", "email", next, "password", "correct horse").expect(200);
        UUID notice = (UUID) Objects.requireNonNull(SHOP.database().value(
            "select id from identity.codes where account = ? and purpose = ?", account, Purpose.EMAIL_CHANGED.name()));
        Code told = Objects.requireNonNull(SHOP.bean(Identity.class).code(notice).block());
        assertThat(told.email()).isEqualTo(email);
        assertThat(told.token()).isNull();
    }

    /// Guard: the unique index accounts_email_key.
    @Test void an_address_that_somebody_took_meanwhile_cannot_be_moved_to() {
        register(email, "correct horse").expect(202);
        post("verify-email", "token", token(Purpose.VERIFY_EMAIL)).expect(204);
        UUID account = UUID.fromString(login("correct horse").expect(200).data().path("user").path("id").asString());
        String wanted = People.freshEmail();
        SHOP.bean(Identity.class).changeEmail(account, wanted).block();
        String token = token(Purpose.CHANGE_EMAIL);
        people.register(wanted);
        assertThat(post("verify-email", "token", token).expect(409).code()).isEqualTo("email_taken");
        login("correct horse").expect(200);
    }

    @Test void nobody_gets_more_than_a_few_letters_a_day_and_the_answers_stay_the_same() {
        people.register(email);
        for (int i = 0; i < 2 * Codes.A_DAY_MAX; i++) post("forgot-password", "email", email).expect(202);
        assertThat(SHOP.database().number("""
            select count(*) from identity.codes c join identity.accounts a on a.id = c.account
             where a.email_blind = ? and c.purpose = 'RESET_PASSWORD'""", SHOP.blind(email)))
            .isEqualTo(Codes.A_DAY_MAX);
    }

    @Test void a_channel_asks_for_kinds_of_characters() {
        Map<String, String> who = Map.of("email", email, "password", "correct horse", "first_name", "A", "last_name",
            "B");
        assertThat(client.channel("ebuildify").post("auth/register", who).expect(422).text())
            .contains("needs a capital letter", "needs a digit");
        client.channel("pecos").post("auth/register", who).expect(202);
    }
}
