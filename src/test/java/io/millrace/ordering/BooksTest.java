package io.millrace.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Shop;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What an order is in the book, account by account.
class BooksTest {
    private final Shop shop = Shop.shared();
    private final Counter pecos = new Counter(shop, "pecos");
    private final Counter sweets = new Counter(shop, "sweets");

    @Test void goods_shipping_and_tax_are_earned_apart_where_tax_comes_on_top() {
        Answer placed = shipped(pecos, "12.50 USD");
        pecos.pay(placed, "pm_card_visa");
        pecos.awaits(placed, "confirmed", "paid");
        JsonNode order = pecos.shown(placed);
        assertThat(minor(order, "shipping_total")).as("it costs to send it").isPositive();
        Map<String, Long> sold = booked("sale", placed);
        assertThat(sold.get("shipping:pecos")).isEqualTo(-minor(order, "shipping_total"));
        assertThat(sold.get("sales:pecos")).isEqualTo(minor(order, "discount_total") - minor(order, "subtotal"));
        assertThat(sold.getOrDefault("tax:pecos", 0L)).isEqualTo(-minor(order, "tax_total"));
    }

    @Test void and_where_it_is_inside_and_all_of_it_is_taken_back_when_the_order_is_cancelled() {
        Answer placed = shipped(sweets, "15.00 INR");
        JsonNode order = sweets.shown(placed);
        assertThat(order.path("tax_included").asBoolean()).isTrue();
        Map<String, Long> sold = booked("sale", placed);
        assertThat(sold.get("receivable:order:" + Counter.id(placed))).isEqualTo(minor(order, "total"));
        assertThat(-sold.getOrDefault("shipping:sweets", 0L)).isBetween(1L, minor(order, "shipping_total"));
        assertThat(List.of("sales:sweets", "shipping:sweets", "tax:sweets").stream()
            .mapToLong(account -> sold.getOrDefault(account, 0L)).sum()).isEqualTo(-minor(order, "total"));
        sweets.holding(placed).put("orders/" + Counter.id(placed) + "/cancel", null).expect(200);
        Map<String, Long> off = booked("unsale", placed);
        sold.forEach((account, amount) -> assertThat(off.get(account)).as(account).isEqualTo(-amount));
    }

    private static Answer shipped(Counter counter, String price) {
        UUID goods = counter.goods(price, 5);
        boolean sweet = price.endsWith("INR");
        Map<String, Object> body = counter.body(sweet ? "cod" : "stripe", List.of(Counter.item(goods, 1)));
        body.put("shipping_method", sweet ? "local" : "standard");
        return counter.client().post("orders", body).expect(201);
    }

    private Map<String, Long> booked(String what, Answer placed) {
        Map<String, Long> sums = new LinkedHashMap<>();
        shop.database().rows("""
            select e.account, sum(e.amount)::bigint as amount
              from ledger.entries e join ledger.journals j on j.id = e.journal
             where j.ref like ? group by e.account""", what + ":order:" + Counter.id(placed) + ":%")
            .forEach(row -> sums.put(String.valueOf(row.get("account")), (Long) row.get("amount")));
        return sums;
    }

    private static long minor(JsonNode order, String field) {
        return new BigDecimal(order.path(field).path("amount").asString()).movePointRight(2).longValueExact();
    }
}
