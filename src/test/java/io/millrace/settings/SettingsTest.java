package io.millrace.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;

class SettingsTest {
    private static final TreeMap<String, String> NEEDED = new TreeMap<>(Map.of(
        "millrace.a.secret-key", "the key",
        "millrace.a.secret-key.refused", "sk_test, sk_demo",
        "millrace.b", "the other"));

    @Test void each_missing_setting_is_named_as_the_variable_to_set() {
        assertThat(Completeness.problems(NEEDED, new MockEnvironment()::getProperty))
            .satisfiesExactly(
                key -> assertThat(key).startsWith("MILLRACE_A_SECRET_KEY ").endsWith(" the key"),
                other -> assertThat(other).startsWith("MILLRACE_B ").endsWith(" the other"));
    }

    @Test void a_value_that_everybody_knows_counts_as_missing() {
        var environment = new MockEnvironment().withProperty("millrace.a.secret-key", "sk_demo")
            .withProperty("millrace.b", "given");
        assertThat(Completeness.problems(NEEDED, environment::getProperty)).singleElement().asString()
            .contains("MILLRACE_A_SECRET_KEY", "the development value is refused").doesNotContain("sk_demo");
    }

    @Test void nothing_is_said_when_all_is_told() {
        var environment = new MockEnvironment().withProperty("millrace.a.secret-key", "sk_live_1")
            .withProperty("millrace.b", "given");
        assertThat(Completeness.problems(NEEDED, environment::getProperty)).isEmpty();
    }

    @Test void flyway_migrates_the_database_that_r2dbc_serves_from() {
        assertThat(Derived.flyway("r2dbc:postgresql://anna:p%40ss:word@db:5433/shop?sslMode=require&x=1", "", ""))
            .containsEntry("spring.flyway.url", "jdbc:postgresql://db:5433/shop?sslmode=require")
            .containsEntry("spring.flyway.user", "anna")
            .containsEntry("spring.flyway.password", "p@ss:word");
        assertThat(Derived.flyway("r2dbc:pool:postgresql://db/shop", "ben", "secret"))
            .containsEntry("spring.flyway.url", "jdbc:postgresql://db/shop")
            .containsEntry("spring.flyway.user", "ben")
            .containsEntry("spring.flyway.password", "secret");
    }

    @Test void the_address_wins_over_a_name_given_apart_as_in_spring() {
        assertThat(Derived.flyway("r2dbc:postgresql://anna:old@db/shop", "ben", "new"))
            .containsEntry("spring.flyway.user", "anna").containsEntry("spring.flyway.password", "old");
    }
}
