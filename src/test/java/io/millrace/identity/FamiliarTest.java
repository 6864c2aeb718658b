package io.millrace.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.http.ClientAddress;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Redis;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import io.millrace.vault.Vault;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/// Attack 29: a flood of guesses from everywhere keeps strangers out, not those who have signed in from there before.
class FamiliarTest {
    private final Shop shop = Shop.shared();

    private Familiar whileWaiting(int waiting) {
        return new Familiar(most -> waiting < most ? Mono.empty()
            : Mono.error(new ProblemException(Problem.unavailable("busy", "Come back", 2))), shop.bean(Redis.class),
            shop.bean(Vault.class));
    }

    private static ClientAddress somewhere() {
        String network = UUID.randomUUID().toString();
        return new ClientAddress("shown " + network, network);
    }

    private static boolean letsIn(Familiar familiar, ClientAddress from) {
        try {
            familiar.room(from).block();
            return true;
        } catch (ProblemException busy) {
            assertThat(busy.problem().status()).isEqualTo(503);
            return false;
        }
    }

    @Test void who_signed_in_from_there_before_is_let_in_where_a_stranger_is_not() {
        ClientAddress home = somewhere();
        ClientAddress elsewhere = somewhere();
        Familiar flooded = whileWaiting(Familiar.STRANGERS_MAX);
        assertThat(letsIn(flooded, home)).isFalse();
        flooded.remember(home).block();
        assertThat(letsIn(flooded, home)).isTrue();
        assertThat(letsIn(flooded, new ClientAddress("another in that network", home.network()))).isTrue();
        assertThat(letsIn(flooded, elsewhere)).isFalse();
        assertThat(letsIn(whileWaiting(Familiar.STRANGERS_MAX - 1), elsewhere)).isTrue();
    }

    @Test void but_not_without_end() {
        ClientAddress home = somewhere();
        whileWaiting(0).remember(home).block();
        assertThat(letsIn(whileWaiting(Familiar.FAMILIAR_MAX - 1), home)).isTrue();
        assertThat(letsIn(whileWaiting(Familiar.FAMILIAR_MAX), home)).isFalse();
    }

    @Test void a_sign_in_with_the_right_password_makes_its_network_familiar() {
        People people = new People(shop);
        String email = People.freshEmail();
        people.register(email);
        people.signIn(email).expect(200);
        assertThat(letsIn(whileWaiting(Familiar.STRANGERS_MAX), new ClientAddress("this machine", "127.0.0.1")))
            .isTrue();
    }
}
