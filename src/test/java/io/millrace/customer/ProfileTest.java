package io.millrace.customer;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.identity.Identity;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// F024, F020, F181: what a person says about himself, and how the shop is to speak to him.
class ProfileTest {
    private final Shop shop = Shop.shared();
    private final Client ann = new People(shop).somebody("ebuildify");

    @Test void a_person_reads_and_changes_what_he_says_about_himself() {
        Answer read = ann.get("user/profile").expect(200);
        assertThat(read.data().path("name").asString()).isEqualTo("Ann Lee");
        ann.with("If-None-Match", String.valueOf(read.header("ETag"))).get("user/profile").expect(304);
        Answer changed = ann.put("user/profile", Map.of("first_name", "Ama", "last_name", "Mensah", "phone",
            "020 123 4567")).expect(200);
        assertThat(changed.data().path("phone").asString()).as("a national number of the channel's country")
            .isEqualTo("+233201234567");
        assertThat(ann.get("users/profile").expect(200).data()).as("the alias").isEqualTo(changed.data());
        Answer patched = ann.patch("user/profile", Map.of("last_name", "Owusu")).expect(200);
        assertThat(patched.data().path("name").asString()).isEqualTo("Ama Owusu");
        assertThat(patched.data().path("phone").asString()).isEqualTo("+233201234567");
        Map<String, @Nullable Object> noPhone = new HashMap<>();
        noPhone.put("phone", null);
        assertThat(ann.patch("user/profile", noPhone).expect(200).data().has("phone")).isFalse();
        assertThat(ann.get("auth/me").expect(200).data().path("name").asString()).isEqualTo("Ama Owusu");
    }

    /// Guard: the expected version in the update itself. Without it all ten writers win.
    @Test void of_ten_who_read_the_same_profile_one_changes_it() {
        String etag = String.valueOf(ann.get("user/profile").expect(200).header("ETag"));
        List<Answer> answers = People.atOnce(10, i -> ann.with("If-Match", etag).patch("user/profile",
            Map.of("first_name", "Ann" + i)));
        assertThat(People.count(answers, 200)).isEqualTo(1);
        assertThat(People.count(answers, 412)).isEqualTo(9);
    }

    @Test void wrong_and_foreign_fields_are_refused_all_at_once() {
        Answer refused = ann.put("user/profile", Map.of("first_name", " ", "phone", "call me")).expect(422);
        assertThat(refused.json().path("errors").propertyNames()).contains("first_name", "last_name", "phone");
        for (String field : List.of("id", "roles", "role", "status", "version", "account"))
            ann.patch("user/profile", Map.of(field, "x")).expect(422);
        assertThat(ann.patch("user/profile", Map.of("first_name", "A\u202e\nB")).status()).isEqualTo(422);
        shop.client().get("user/profile").expect(401);
        shop.client().patch("user/profile", Map.of("first_name", "x")).expect(401);
    }

    @Test void another_address_is_his_when_he_confirms_it() {
        String before = ann.get("user/profile").expect(200).data().path("email").asString();
        String wanted = "new-" + UUID.randomUUID() + "@example.com";
        Answer asked = ann.patch("user/profile", Map.of("email", wanted, "first_name", "Anna")).expect(200);
        assertThat(asked.data().path("email").asString()).as("nothing changes yet").isEqualTo(before);
        assertThat(asked.data().path("first_name").asString()).isEqualTo("Anna");
        String etag = String.valueOf(asked.header("ETag"));
        Object code = shop.database().value("select payload ->> 'code' from messaging.facts where type = "
            + "'identity.CodeRequested' order by position desc limit 1");
        var letter = shop.bean(Identity.class).code(UUID.fromString(String.valueOf(code))).toFuture().join();
        assertThat(letter.email()).isEqualTo(wanted);
        shop.client().post("auth/verify-email", Map.of("token", String.valueOf(letter.token()))).expect(204);
        Answer after = ann.with("If-None-Match", etag).get("user/profile").expect(200);
        assertThat(after.data().path("email").asString()).isEqualTo(wanted);
        assertThat(ann.patch("user/profile", Map.of("email", "nobody", "first_name", "Zoe")).expect(422).json()
            .path("errors").propertyNames()).containsExactly("email");
        assertThat(ann.get("user/profile").data().path("first_name").asString()).as("all or nothing")
            .isEqualTo("Anna");
    }

    @Test void a_newcomers_phone_obeys_the_channel() {
        for (String phone : List.of("+12025550123", "12345678")) {
            Answer refused = shop.client().channel("ebuildify").post("auth/register", newcomer(phone)).expect(422);
            assertThat(refused.json().path("errors").propertyNames()).containsExactly("phone");
        }
        for (String phone : List.of("+233201234567", "020 123 4567"))
            assertThat(shop.client().channel("ebuildify").post("auth/register", newcomer(phone)).status())
                .isBetween(200, 202);
        assertThat(shop.client().channel("pecos").post("auth/register", newcomer("+1 202 555 0123")).status())
            .isBetween(200, 202);
    }

    private static Map<String, String> newcomer(String phone) {
        return Map.of("email", UUID.randomUUID() + "@example.com", "password", "Wander-2026", "first_name", "Kofi",
            "last_name", "Boateng", "phone", phone);
    }

    @Test void settings_follow_the_channel_until_somebody_says_otherwise() {
        Answer usual = ann.get("user/settings").expect(200);
        assertThat(usual.data().path("currency").asString()).isEqualTo("GHS");
        assertThat(usual.data().path("locale").asString()).isEqualTo("en-GH");
        assertThat(ann.channel("sweets").get("user/settings").data().path("currency").asString()).isEqualTo("INR");
        Answer said = ann.put("user/settings", Map.of("locale", "de-DE", "currency", "EUR", "time_zone",
            "Europe/Berlin", "notifications", Map.of("sms", true))).expect(200);
        assertThat(ann.channel("sweets").get("users/settings").expect(200).data()).as("everywhere")
            .isEqualTo(said.data());
        assertThat(said.data().path("notifications").path("sms").asBoolean()).isTrue();
        assertThat(said.data().path("notifications").path("email").asBoolean()).isTrue();
        String etag = String.valueOf(said.header("ETag"));
        ann.with("If-None-Match", etag).get("user/settings").expect(304);
        List<Answer> answers = People.atOnce(8, i -> ann.with("If-Match", etag).put("user/settings",
            Map.of("currency", "USD")));
        assertThat(People.count(answers, 200)).as("guard: the version in the write").isEqualTo(1);
        assertThat(ann.put("user/settings", Map.of()).expect(200).data().path("currency").asString())
            .as("nothing said is as the channel has it").isEqualTo("GHS");
    }

    @Test void settings_are_typed() {
        Answer refused = ann.put("user/settings", Map.of("locale", "klingon!", "currency", "XYZW", "time_zone",
            "Mars/Base")).expect(422);
        assertThat(refused.json().path("errors").propertyNames()).containsExactlyInAnyOrder("locale", "currency",
            "time_zone");
        ann.put("user/settings", Map.of("notifications", Map.of("pigeon", true))).expect(422);
        ann.put("user/settings", Map.of("notifications", Map.of("sms", "yes"))).expect(422);
    }
}
