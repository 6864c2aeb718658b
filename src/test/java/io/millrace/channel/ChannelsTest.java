package io.millrace.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.money.Money;
import io.millrace.money.Percent;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChannelsTest {
    private final Shop shop = Shop.shared();
    private final Client client = shop.client();
    private final Channels channels = shop.bean(Channels.class);

    @Test void five_storefronts_ship_with_their_money_taxes_and_ways_to_ship() {
        Answer answer = client.get("/api/v1/channels").expect(200);
        assertThat(answer.data().findValuesAsString("code")).contains("pecos", "ebuildify", "bizmarket", "sweets",
            "proxies");
        Channel sweets = channels.byCode("sweets").orElseThrow();
        assertThat(sweets.pricesIncludeTax()).isTrue();
        assertThat(sweets.currency().getCurrencyCode()).isEqualTo("INR");
        assertThat(sweets.taxRate("reduced")).isEqualTo(Percent.of("5"));
        assertThat(sweets.taxRate("never heard of it")).isEqualTo(sweets.taxRate(Channel.STANDARD));
        assertThat(client.get("/api/v1/channels/ebuildify").expect(200).data().path("currency").asString())
            .isEqualTo("GHS");
    }

    @Test void shipping_is_free_from_a_sum_on_and_not_a_cent_below() {
        ShippingMethod standard = channels.byCode("pecos").orElseThrow().shippingMethod("standard").orElseThrow();
        assertThat(standard.priceFor(Money.parse("99.99 USD"))).isEqualTo(standard.price());
        assertThat(standard.priceFor(Money.parse("100.00 USD")).isZero()).isTrue();
    }

    @Test void an_unknown_channel_is_not_found() {
        client.get("/api/v1/channels/nowhere").expect(404);
        assertThat(client.channel("nowhere").get("/api/v1/products").expect(422).json().path("errors")
            .has("X-Channel")).isTrue();
    }

    @Test void an_admin_changes_a_tax_rate() {
        Client admin = admin(client);
        admin.put("/api/v1/admin/channels/proxies/tax-rates/special", Map.of("rate", "12.5")).expect(200);
        assertThat(channels.byCode("proxies").orElseThrow().taxRate("special")).isEqualTo(Percent.of("12.5"));
        admin.put("/api/v1/admin/channels/proxies/tax-rates/special", Map.of("rate", "101")).expect(422);
        client.put("/api/v1/admin/channels/proxies/tax-rates/special", Map.of("rate", "1")).expect(401);
    }

    @Test void another_node_hears_of_a_changed_tax_rate() {
        try (Shop second = shop.secondNode()) {
            admin(client).put("/api/v1/admin/channels/proxies/tax-rates/told", Map.of("rate", "7")).expect(200);
            io.millrace.testing.Eventually.holds("the other node hears of it", () -> second.bean(Channels.class)
                .byCode("proxies").orElseThrow().taxRate("told").equals(Percent.of("7")));
        }
    }

    @Test void an_admin_changes_a_shipping_price_only_in_the_channels_money() {
        Client admin = admin(client);
        admin.put("/api/v1/admin/channels/bizmarket/shipping-methods/post",
            Map.of("price", Map.of("amount", "6.95", "currency", "USD"))).expect(200);
        assertThat(channels.byCode("bizmarket").orElseThrow().shippingMethod("post").orElseThrow().price())
            .isEqualTo(Money.parse("6.95 USD"));
        admin.put("/api/v1/admin/channels/bizmarket/shipping-methods/post",
            Map.of("price", Map.of("amount", "6.95", "currency", "EUR"))).expect(422);
        admin.put("/api/v1/admin/channels/bizmarket/shipping-methods/rocket",
            Map.of("price", Map.of("amount", "6.95", "currency", "USD"))).expect(404);
    }

    static Client admin(Client client) {
        return client.bearer(client.post("/api/v1/auth/login", Map.of("email", "admin@example.com", "password",
            "millrace-admin")).expect(200).data().path("access_token").asString());
    }
}
