package io.millrace.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.http.ProblemException;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import reactor.core.publisher.Flux;

/// Attack 29 and ASVS 5.0 V6.2, V11.4: what a password may be, how it is kept, and what a flood of guesses may cost.
class PasswordsTest {
    private final PasswordRules rules = new PasswordRules(Map.of("strict", Set.of(PasswordRules.Kind.values())));

    private List<String> wrong(String password) {
        return rules.wrong(password, PasswordRules.EVERYWHERE, "ann.lee@example.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {"password", "Password1", "P@ssw0rd", "qwertyuiop", "12345678", "iloveyou2026!",
        "Liverpool1", "aaaaaaaa", "abababab", "ann.lee@example.com", "Sunshine!!", "LETMEIN123",
        "１２３４５６７８"}) void what_everybody_tries_first_is_refused(String password) {
        assertThat(wrong(password)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"correct horse", "tr0ub4dor and 3", "пароль нашей лавки", "密码是我们的秘密店", "millrace-admin",
        "Wander-2026"}) void what_nobody_guesses_may_be_used(String password) {
        assertThat(wrong(password)).isEmpty();
    }

    @Test void length_is_counted_in_characters_however_many_bytes_they_have() {
        String horse = "\uD83D\uDC34";
        String mixed = IntStream.range(0, 64).mapToObj(i -> horse + (char) ('a' + i % 26))
            .reduce("", String::concat);
        assertThat(mixed.codePointCount(0, mixed.length())).isEqualTo(128);
        assertThat(wrong(mixed)).isEmpty();
        assertThat(wrong(mixed + "x")).isNotEmpty();
        assertThat(wrong("seven77")).isNotEmpty();
        assertThat(rules.size()).isGreaterThan(2_000);
    }

    @Test void a_channel_may_ask_for_every_kind() {
        assertThat(rules.wrong("correct horse", "strict", "")).containsExactlyInAnyOrder("needs a capital letter",
            "needs a digit");
        assertThat(rules.wrong("Correct horse 7", "strict", "")).isEmpty();
    }

    @Test void a_hash_is_argon2id_of_owasps_parameters_and_forms_of_one_character_are_one() {
        try (Passwords passwords = new Passwords()) {
            String hash = String.valueOf(passwords.hash("caf\u00e9 noir").block());
            assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
            assertThat(passwords.matches("cafe\u0301 noir", hash).block()).isTrue();
            assertThat(passwords.matches("cafe noir", hash).block()).isFalse();
            assertThat(passwords.matches("anything", null).block()).isFalse();
            assertThat(passwords.isOutdated(hash)).isFalse();
        }
    }

    /// bcrypt would take these two for one: they differ only after 72 bytes.
    @Test void attack_29_no_password_is_cut_short() {
        try (Passwords passwords = new Passwords()) {
            String prefix = "0123456789".repeat(7) + "ab";
            String hash = String.valueOf(passwords.hash(prefix + "X").block());
            assertThat(passwords.matches(prefix + "Y", hash).block()).isFalse();
            assertThat(passwords.matches(prefix, hash).block()).isFalse();
            assertThat(passwords.matches(prefix + "X\u0000", hash).block()).isFalse();
            assertThat(passwords.matches(prefix + "X", hash).block()).isTrue();
        }
    }

    @Test void attack_29_a_flood_fills_a_short_queue_and_the_rest_is_told_to_come_back() {
        try (Passwords passwords = new Passwords()) {
            List<Throwable> refused = Flux.range(0, 3 * Passwords.QUEUE_MAX)
                .flatMap(i -> passwords.matches("guess " + i, null).then(reactor.core.publisher.Mono.<Throwable>empty())
                    .onErrorResume(reactor.core.publisher.Mono::just), 3 * Passwords.QUEUE_MAX)
                .collectList().block();
            assertThat(refused).isNotEmpty().allSatisfy(error -> {
                assertThat(error).isInstanceOf(ProblemException.class);
                var problem = ((ProblemException) error).problem();
                assertThat(problem.status()).isEqualTo(503);
                assertThat(problem.headers()).containsKey("Retry-After");
            });
            assertThat(passwords.matches("then it goes on", null).block()).isFalse();
        }
    }

    /// Guard: in a flood there are fewer places than the queue has.
    @Test void attack_29_in_a_flood_there_is_only_room_for_a_few() {
        AtomicBoolean over = new AtomicBoolean();
        try (Passwords passwords = new Passwords()) {
            passwords.room(0).block();
            int guessing = Passwords.QUEUE_MAX / 2;
            var flood = Flux.range(0, guessing).flatMap(i -> passwords.matches("guess " + i, null)
                .repeat(() -> !over.get()), guessing).then().toFuture();
            Eventually.holds("the flood is one", () -> {
                try {
                    passwords.room(1).block();
                    return false;
                } catch (ProblemException busy) {
                    return busy.problem().status() == 503;
                }
            });
            passwords.room(Passwords.QUEUE_MAX).block();
            over.set(true);
            flood.join();
            passwords.room(1).block();
        }
    }

    /// Guard: the look for room before the first look-up. Without it a flood that is refused reads the accounts all the
    /// same.
    @Test void attack_29_who_finds_the_queue_full_is_sent_away_before_an_account_is_looked_up() {
        Shop shop = Shop.shared();
        shop.database().execute("create extension if not exists pg_stat_statements");
        String lookUps = "select coalesce(sum(calls), 0) from pg_stat_statements s join pg_database d on d.oid = s.dbid"
            + " where d.datname = current_database() and query ~ 'where a.email_blind = '";
        Passwords passwords = shop.bean(Passwords.class);
        Client client = shop.client();
        var somebody = Map.of("email", "nobody@example.com", "password", "correct horse");
        client.post("auth/login", somebody).expect(401);
        long before = shop.database().number(lookUps);
        int lookedUp = 0;
        Answer answer;
        // a queue that was full may have drained before the request is there: who comes in then is looked up
        do {
            var flood = Flux.range(0, 3 * Passwords.QUEUE_MAX)
                .flatMap(i -> passwords.matches("guess " + i, null).onErrorReturn(false), 3 * Passwords.QUEUE_MAX)
                .then().toFuture();
            answer = client.post("auth/login", somebody);
            if (answer.status() == 401) lookedUp++;
            flood.join();
        } while (answer.status() == 401 && lookedUp < 50);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isNotEmpty();
        assertThat(shop.database().number(lookUps)).isEqualTo(before + lookedUp);
        client.post("auth/login", somebody).expect(401);
        assertThat(shop.database().number(lookUps)).as("otherwise they are").isEqualTo(before + lookedUp + 1);
    }

    @Test void attack_29_a_huge_password_is_refused_before_it_is_hashed() {
        var client = Shop.shared().client();
        for (String huge : List.of("x".repeat(129), "x".repeat(60_000))) {
            client.post("auth/login", Map.of("email", "a@example.com", "password", huge)).expect(422);
            client.post("auth/register", Map.of("email", "a@example.com", "password", huge, "first_name", "A",
                "last_name", "B")).expect(422);
        }
        assertThat(client.post("auth/login", Map.of("email", "a@example.com", "password", "x".repeat(1 << 20)))
            .status()).isEqualTo(413);
    }

    @Test void a_hash_of_weaker_parameters_is_made_anew_when_its_owner_signs_in() {
        Shop shop = Shop.shared();
        People people = new People(shop);
        String email = People.freshEmail();
        people.register(email);
        String weak = String.valueOf(new Argon2PasswordEncoder(16, 32, 1, 4096, 1).encode(People.PASSWORD));
        shop.database().execute("update identity.accounts set password = ? where email_blind = ?", weak,
            shop.blind(email));
        people.signIn(email);
        String now = (String) shop.database().value("select password from identity.accounts where email_blind = ?",
            shop.blind(email));
        assertThat(now).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
        Answer again = people.signIn(email);
        assertThat(again.status()).isEqualTo(200);
        assertThatThrownBy(() -> shop.client().post("auth/login", Map.of("email", email, "password", "wrong horse"))
            .expect(200)).isInstanceOf(AssertionError.class);
    }
}
