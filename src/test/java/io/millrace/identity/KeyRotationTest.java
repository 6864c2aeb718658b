package io.millrace.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import io.millrace.jobs.ShopClock;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Database;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import io.millrace.vault.Place;
import io.millrace.vault.Vault;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Keys follow each other and nobody is signed out by it (RFC 8725, ASVS 5.0 V11.1).
class KeyRotationTest {
    private static final Shop SHOP = Shop.with();
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private static final Duration VERIFIES = Duration.ofHours(1);
    private final Client client = SHOP.client();

    @AfterAll static void close() {
        SHOP.close();
    }

    private List<String> published() {
        return client.get("/.well-known/jwks.json").expect(200).json().path("keys").valueStream()
            .map(key -> key.path("kid").asString()).toList();
    }

    private static String kid(Answer tokens) {
        String head = tokens.data().path("access_token").asString().split("\\.")[0];
        return new String(java.util.Base64.getUrlDecoder().decode(head)).replaceFirst(".*\"kid\":\"([^\"]+)\".*", "$1");
    }

    private static void later(Duration step) {
        SHOP.bean(ShopClock.class).jump(step);
    }

    @Test void a_new_key_is_published_before_it_signs_and_the_old_one_verifies_until_its_last_token_expired() {
        People people = new People(SHOP);
        String email = People.freshEmail();
        people.register(email);
        Answer old = people.signIn(email);
        assertThat(published()).containsExactly(kid(old));
        JsonNode told = people.admin().post("admin/signing-keys/rotate", null).expect(202).data();
        assertThat(told.path("signing").asString()).isEqualTo(kid(old));
        assertThat(published()).hasSize(2).contains(kid(old));
        assertThat(kid(people.signIn(email))).as("it is only published yet").isEqualTo(kid(old));
        people.admin().post("admin/signing-keys/rotate", null).expect(202);
        assertThat(published()).as("one at a time").hasSize(2);
        later(KeyRing.AHEAD.plusSeconds(1));
        Answer renewed = people.signIn(email);
        assertThat(kid(renewed)).isNotEqualTo(kid(old));
        people.holding(old).get("auth/me").expect(200);
        people.holding(renewed).get("auth/me").expect(200);
        later(Duration.ofMinutes(49));
        people.holding(old).get("auth/me").expect(200);
        later(Duration.ofMinutes(1));
        people.holding(old).get("auth/me").expect(401);
        people.holding(renewed).get("auth/me").expect(200);
        later(Duration.ofHours(2));
        assertThat(published()).containsExactly(kid(renewed));
    }

    /// Guard: the constraint `signing_keys_sealed`.
    @Test void keys_are_sealed_and_one_that_stood_in_clear_is_sealed_at_the_start() {
        Database tables = SHOP.database();
        published();
        assertThat(tables.number("select count(*) from identity.signing_keys where sealed is not null")).isPositive();
        ECKey before = Keys.generated();
        tables.execute("alter table identity.signing_keys drop constraint signing_keys_sealed");
        tables.execute("""
            insert into identity.signing_keys (kid, purpose, jwk, created_at, active_at, generation)
            values (?, 'before', ?, now(), now(), 1)""", before.getKeyID(), before.toJSONString());
        for (int i = 0; i < 2; i++) SHOP.bean(KeyRing.class).seal().block();
        tables.execute("alter table identity.signing_keys add constraint signing_keys_sealed "
            + "check (jwk is null and sealed is not null)");
        byte[] sealed = (byte[]) Objects.requireNonNull(
            tables.value("select sealed from identity.signing_keys where kid = ?", before.getKeyID()));
        assertThat(SHOP.bean(Vault.class).shopKey("identity.signing_keys")
            .openText(Place.of("identity.signing_keys", before.getKeyID()), sealed)).isEqualTo(before.toJSONString());
        assertThatThrownBy(() -> tables.execute("""
            insert into identity.signing_keys (kid, purpose, jwk, created_at, active_at, generation)
            values ('clear', 'before', '{}', now(), now(), 2)""")).hasStackTraceContaining("signing_keys_sealed");
    }

    @Test void what_signs_and_what_verifies_is_a_matter_of_time() {
        ECKey one = Keys.generated();
        ECKey two = Keys.generated();
        List<Keys.Kept> kept = List.of(new Keys.Kept(1, one, NOON), new Keys.Kept(2, two, NOON.plusSeconds(600)));
        assertThat(Keys.at(kept, NOON, VERIFIES).signing()).isEqualTo(one);
        assertThat(Keys.at(kept, NOON, VERIFIES).all()).containsExactly(one, two);
        Instant change = NOON.plusSeconds(600);
        assertThat(Keys.at(kept, change, VERIFIES).signing()).isEqualTo(two);
        assertThat(Keys.at(kept, change.plus(VERIFIES), VERIFIES).all()).containsExactly(one, two);
        assertThat(Keys.at(kept, change.plus(VERIFIES).plusMillis(1), VERIFIES).all()).containsExactly(two);
    }

    @Test void keys_told_by_configuration_verify_beside_the_one_that_signs() {
        ECKey signing = Keys.generated();
        ECKey before = Keys.generated();
        Keys keys = Keys.told(signing.toJSONString(), new JWKSet(before.toPublicJWK()).toString(true));
        assertThat(keys.signing().getKeyID()).isEqualTo(signing.getKeyID());
        assertThat(keys.byId(before.getKeyID())).isPresent();
        assertThat(keys.published()).contains(before.getKeyID()).doesNotContain("\"d\"");
    }
}
