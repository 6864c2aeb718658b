package io.millrace.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Shop;
import org.junit.jupiter.api.Test;

class OpeningTest {
    @Test void the_shop_opens_and_says_that_it_can_sell() {
        assertThat(Shop.shared().client().get("/actuator/health").expect(200).text()).contains("UP");
        assertThat(Shop.shared().client().get("/actuator/health/readiness").status()).isEqualTo(200);
        assertThat(Shop.shared().client().get("/actuator/prometheus").text()).contains("r2dbc_pool");
    }

    @Test void migrations_ran_in_the_fresh_database_of_this_shop() {
        assertThat(Shop.shared().database().number("select count(*) from flyway_schema_history where success"))
            .isPositive();
    }

    @Test void a_second_node_opens_on_the_same_servers() {
        try (Shop second = Shop.shared().secondNode()) {
            assertThat(second.port()).isNotEqualTo(Shop.shared().port());
            assertThat(second.client().get("/actuator/health").status()).isEqualTo(200);
        }
    }
}
