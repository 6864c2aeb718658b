package io.millrace.customer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// F025: addresses, their defaults, and that nobody sees another's.
class AddressBookTest {
    private final Shop shop = Shop.shared();
    private final People people = new People(shop);
    private final Client ama = people.somebody("ebuildify");

    @Test void an_address_is_kept_changed_and_forgotten() {
        Answer made = ama.post("user/addresses", address("phone", "020 123 4567", "label", "home", "latitude",
            5.6037, "longitude", -0.187)).expect(201);
        String path = "user/addresses/" + id(made);
        assertThat(made.data().path("phone").asString()).isEqualTo("+233201234567");
        assertThat(made.data().path("default_shipping").asBoolean()).as("the first is the default").isTrue();
        assertThat(made.header("Location")).endsWith(path);
        Answer read = ama.get(path).expect(200);
        assertThat(read.data()).isEqualTo(made.data());
        String etag = String.valueOf(read.header("ETag"));
        ama.with("If-None-Match", etag).get(path).expect(304);
        ama.with("If-Match", etag).put(path, address("line1", "13 Ring Road")).expect(200);
        ama.with("If-Match", etag).put(path, address("line1", "14 Ring Road")).expect(412);
        ama.with("If-Match", etag).delete(path).expect(412);
        assertThat(ama.get(path).data().path("line1").asString()).isEqualTo("13 Ring Road");
        assertThat(shop.database().number("select count(*) from customer.addresses where id = ? and "
            + "encode(sealed, 'escape') like '%Ring Road%'", UUID.fromString(id(made)))).as("sealed").isZero();
        ama.delete(path).expect(204);
        ama.get(path).expect(404);
        ama.delete(path).expect(404);
    }

    @Test void a_wrong_address_is_refused_with_every_field() {
        Answer refused = ama.post("user/addresses", Map.of("country", "US", "postal_code", "x", "phone", "none"))
            .expect(422);
        assertThat(refused.json().path("errors").propertyNames()).contains("name", "line1", "city", "region",
            "postal_code", "phone");
        Answer card = ama.post("user/addresses", address("line2", "card 4242 4242 4242 4242")).expect(422);
        assertThat(card.code()).isEqualTo("card_number");
        assertThat(card.text()).doesNotContain("4242");
        for (String field : List.of("id", "account", "version"))
            ama.post("user/addresses", address(field, UUID.randomUUID().toString())).expect(422);
    }

    /// Guard: whose an address is stands in every condition. Attack 1.
    @Test void somebody_elses_address_is_as_absent_as_one_that_does_not_exist() {
        String path = "user/addresses/" + id(ama.post("user/addresses", address()).expect(201));
        Client mallory = people.somebody("ebuildify");
        mallory.post("user/addresses", address()).expect(201);
        String nowhere = "user/addresses/" + UUID.randomUUID();
        for (String method : List.of("GET", "PUT", "DELETE")) {
            Object body = method.equals("PUT") ? address("default_shipping", true) : null;
            Answer foreign = mallory.send(method, path, body).expect(404);
            Answer absent = mallory.send(method, nowhere, body).expect(404);
            assertThat(foreign.bytes()).as(method).hasSameSizeAs(absent.bytes());
        }
        assertThat(ama.get(path).expect(200).data().path("default_shipping").asBoolean()).isTrue();
        assertThat(mallory.get("user/addresses").data().size()).isEqualTo(1);
        shop.client().get(path).expect(401);
        mallory.get("user/addresses/%20").expect(404);
    }

    /// Guards: the book's version in the write, and below it the two unique indexes. Without the release of the old
    /// default the index refuses; without the book two releases see nothing to release and the index refuses.
    @Test void however_many_choose_a_default_at_once_there_is_one_of_each_kind() {
        List<String> ids = java.util.stream.IntStream.range(0, 6)
            .mapToObj(i -> id(ama.post("user/addresses", address("label", "a" + i)).expect(201))).toList();
        List<Answer> answers =
            People.atOnce(24, i -> ama.put("user/addresses/" + ids.get(i % 6), address("label",
                "b" + i, i % 2 == 0 ? "default_shipping" : "default_billing", true)));
        assertThat(People.count(answers, 200)).as(answers.toString()).isEqualTo(24);
        JsonNode all = ama.get("user/addresses").expect(200).data();
        assertThat(all.valueStream().filter(one -> one.path("default_shipping").asBoolean())).hasSize(1);
        assertThat(all.valueStream().filter(one -> one.path("default_billing").asBoolean())).hasSize(1);
        assertThatThrownBy(() -> shop.database().execute("update customer.addresses set default_shipping = true "
            + "where account = (select account from customer.addresses where id = ?)", UUID.fromString(ids.getFirst())))
            .as("the index itself").rootCause().hasMessageContaining("addresses_default_shipping");
    }

    /// Guard: the count in the book, moved by the statement that adds, and its constraint.
    @Test void nobody_keeps_more_than_fifty_however_many_come_at_once() {
        for (int i = 0; i < AddressRoutes.ADDRESSES_MAX - 5; i++)
            ama.post("user/addresses", address("label", "n" + i)).expect(201);
        List<Answer> answers = People.atOnce(12, i -> ama.post("user/addresses", address()));
        assertThat(People.count(answers, 201)).as(answers.toString()).isEqualTo(5);
        assertThat(answers).filteredOn(answer -> answer.status() != 201)
            .allMatch(answer -> answer.status() == 422 && answer.code().equals("too_many_addresses"));
        assertThat(ama.get("user/addresses").data().size()).isEqualTo(AddressRoutes.ADDRESSES_MAX);
        ama.delete("user/addresses/" + ama.get("user/addresses").data().get(0).path("id").asString()).expect(204);
        ama.post("user/addresses", address()).expect(201);
    }

    @Test void a_repeat_under_one_key_keeps_one_address() {
        Client once = ama.idempotencyKey(UUID.randomUUID().toString());
        Answer first = once.post("user/addresses", address()).expect(201);
        Answer again = once.post("user/addresses", address()).expect(201);
        assertThat(again.bytes()).isEqualTo(first.bytes());
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(ama.get("user/addresses").data().size()).isEqualTo(1);
    }

    private static String id(Answer made) {
        return made.data().path("id").asString();
    }

    /// An address in Ghana with these members besides or instead.
    private static Map<String, Object> address(Object... namesAndValues) {
        Map<String, Object> body = new LinkedHashMap<>(Map.of("name", "Ama Mensah", "line1", "12 Ring Road", "city",
            "Accra", "region", "Greater Accra", "country", "GH"));
        for (int i = 0; i < namesAndValues.length; i += 2)
            body.put(namesAndValues[i].toString(), namesAndValues[i + 1]);
        return body;
    }
}
