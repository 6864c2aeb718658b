package io.millrace.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.customer.Phone;
import io.millrace.testing.Answer;
import io.millrace.testing.Shop;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// S3 step 5: without the code nothing, with a wrong code nothing, with the right one exactly that phone's orders.
class PhoneTest {
    private final Shop shop = Shop.shared();
    private final Counter sweets = new Counter(shop, "sweets");
    private final String phone = "+9198" + ThreadLocalRandom.current().nextInt(10_000_000, 99_999_999);

    @Test void a_number_is_one_number_however_it_is_typed() {
        for (String typed : List.of("+91 98765-43210", "0091 98765 43210", "098765 43210", "(98765) 43210"))
            assertThat(Phone.normal(typed, "IN")).as(typed).contains("+919876543210");
        for (String none : List.of("", "12", "+0123456789", "98765 43210 ext 5", "x".repeat(40)))
            assertThat(Phone.normal(none, "IN")).as(none).isEmpty();
        assertThat(Phone.normal("98765 43210", "XX")).isEmpty();
    }

    @Test void a_guest_finds_his_orders_with_the_code_of_his_phone_once() {
        String order = order(phone);
        order("+9197" + phone.substring(5));
        assertThat(search("000000").expect(403).code()).isEqualTo("code_invalid");
        sweets.client().post("orders/search/code", Map.of("phone", phone)).expect(202);
        String code = code();
        assertThat(search(code.equals("111111") ? "222222" : "111111").expect(403).code()).isEqualTo("code_invalid");
        Answer found = search(code).expect(200);
        assertThat(found.data().size()).isEqualTo(1);
        assertThat(found.data().get(0).path("id").asString()).isEqualTo(order);
        search(code).expect(403);
    }

    /// Guard: `attempts < :max` in the write. Without it the seventh guess, the right one, works.
    @Test void a_code_bears_five_guesses() {
        order(phone);
        sweets.client().post("orders/search/code", Map.of("phone", phone)).expect(202);
        String code = code();
        IntStream.range(0, PhoneCodes.ATTEMPTS_MAX).parallel()
            .forEach(i -> search(code.equals("99999" + i) ? "888888" : "99999" + i).expect(403));
        search(code).expect(403);
    }

    @Test void a_phone_is_sent_five_codes_and_no_more_whether_it_ordered_or_not() {
        for (int i = 0; i < PhoneCodes.REQUESTS_MAX; i++)
            sweets.client().post("orders/search/code", Map.of("phone", phone)).expect(202);
        sweets.client().post("orders/search/code", Map.of("phone", phone)).expect(429);
    }

    private String order(String of) {
        UUID box = sweets.goods("150.00 INR", 5);
        Map<String, Object> body = sweets.body("cod", List.of(Counter.item(box, 1)));
        body.put("contact", Map.of("name", "Guest", "phone", of));
        return Counter.id(sweets.client().post("orders", body).expect(201));
    }

    private Answer search(String code) {
        return sweets.client().get("orders/search?phone=" + phone.replace("+", "%2B") + "&code=" + code);
    }

    private String code() {
        return sweets.admin().channel("sweets").get("admin/orders/search-codes?phone=" + phone.replace("+", "%2B"))
            .expect(200).data().path("code").asString();
    }
}
