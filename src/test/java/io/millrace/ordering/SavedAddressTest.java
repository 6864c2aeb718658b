package io.millrace.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import io.millrace.testing.Wares;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// An order goes to an address that the buyer keeps, and keeps its own copy of it.
class SavedAddressTest {
    private final Shop shop = Shop.shared();
    private final Counter pecos = new Counter(shop, "pecos");
    private final Client ann = new Wares(shop).customer().channel("pecos").checked();

    @Test void the_order_keeps_the_address_as_it_was() {
        String address = keep(ann, "US", "TX", "77002");
        Answer placed = ann.post("orders", body(address)).expect(201);
        ann.put("user/addresses/" + address, address("Elsewhere", "US", "TX", "77003")).expect(200);
        ann.delete("user/addresses/" + address).expect(204);
        var kept = ann.get("orders/" + placed.data().path("id").asString()).expect(200).data().path("shipping_address");
        assertThat(kept.path("line1").asString()).isEqualTo("1 River Road");
        assertThat(kept.path("postal_code").asString()).isEqualTo("77002");
        ann.post("orders", body(address)).expect(404);
    }

    /// Guard: whose the address is stands in the query. Attack 1.
    @Test void somebody_elses_address_is_not_found_whoever_asks() {
        String address = keep(new Wares(shop).customer().channel("pecos"), "US", "TX", "77002");
        for (String id : List.of(address, UUID.randomUUID().toString(), "none")) {
            ann.post("orders", body(id)).expect(404);
            pecos.client().post("orders", body(id)).expect(404);
            ann.post("checkout/payment-intent", body(id)).expect(404);
        }
        assertThat(ann.get("orders").data().size()).isZero();
    }

    @Test void a_kept_address_obeys_the_channel_like_any_other() {
        Answer refused = ann.post("orders", body(keep(ann, "DE", "Berlin", "10115"))).expect(422);
        assertThat(refused.json().path("errors").propertyNames()).contains("shipping_address.country");
        Map<String, Object> both = body(keep(ann, "US", "TX", "77002"));
        both.put("shipping_address", address("Other", "US", "TX", "77002"));
        assertThat(ann.post("orders", both).expect(422).json().path("errors").propertyNames())
            .contains("shipping_address_id");
    }

    private Map<String, Object> body(String address) {
        Map<String, Object> body = pecos.body("cod", List.of(Counter.item(pecos.goods("10.00 USD", 5), 1)));
        body.remove("shipping_address");
        body.put("shipping_address_id", address);
        return body;
    }

    private static String keep(Client who, String country, String region, String code) {
        return who.post("user/addresses", address("1 River Road", country, region, code)).expect(201).data().path("id")
            .asString();
    }

    private static Map<String, Object> address(String line, String country, String region, String code) {
        return Map.of("name", "Ann Lee", "line1", line, "city", "Houston", "region", region, "postal_code", code,
            "country", country);
    }
}
