package io.millrace.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;

class SettingsTest {
    /// Called keys, and no secrets.
    private static final Set<String> PUBLIC = Set.of("millrace.payment.stripe.publishable-key",
        "millrace.identity.verification-keys");
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

    @Test void a_secret_is_neither_short_nor_from_an_example() {
        for (String weak : List.of("short", "the-Sandbox-s-own-secret", "please-changeme-please"))
            assertThat(Completeness.problems(NEEDED, new MockEnvironment().withProperty("millrace.b", "b")
                .withProperty("millrace.a.secret-key", weak)::getProperty)).as(weak).singleElement().asString()
                .contains("MILLRACE_A_SECRET_KEY").doesNotContain(weak);
    }

    @Test void of_several_secrets_none_may_be_weak_and_one_may_have_commas() {
        var several = new TreeMap<>(Map.of("millrace.a.secrets", "all of them", "millrace.a.signing-key", "one"));
        var given = new java.util.HashMap<>(Map.of("millrace.a.signing-key", "{\"kty\":\"EC\",\"crv\":\"P-256\"}",
            "millrace.a.secrets", "long enough to be one,and so is this one"));
        assertThat(Completeness.problems(several, given::get)).isEmpty();
        given.put("millrace.a.secrets", "long enough to be one,");
        assertThat(Completeness.problems(several, given::get)).hasSize(1);
    }

    /// Without one of them the image cannot be built, or compose starts a shop that will not open.
    @Test void the_rehearsal_of_the_image_and_compose_are_told_all_that_is_needed() throws IOException {
        var needed = Completeness.needed();
        Map<String, String> rehearsed = new TreeMap<>();
        Matcher told = Pattern.compile("(?m)(?:^|export | )([A-Z][A-Z0-9_]+)=(\\$\\(.*\\)|\\S+)")
            .matcher(Files.readString(Path.of("docker/train")));
        while (told.find())
            rehearsed.put(told.group(1), told.group(2).replaceFirst("^\\$.*", "made by a command of its own"));
        assertThat(Completeness.problems(needed, name -> rehearsed.get(Completeness.variable(name)))).isEmpty();

        String compose = Files.readString(Path.of("docker/compose.yaml"));
        assertThat(Completeness.problems(needed, name -> {
            String variable = Completeness.variable(name);
            return compose.contains(" " + variable + ": ") ? "told and long enough to be a secret" : null;
        })).isEmpty();
        String example = Files.readString(Path.of("docker/example.env"));
        Matcher asked = Pattern.compile("\\$\\{([A-Z_]+):\\?").matcher(compose);
        while (asked.find()) assertThat(example).contains("\n" + asked.group(1) + "=");
    }

    @Test void what_may_be_missing_may_not_be_weak() {
        var needed = new TreeMap<>(Map.of("millrace.c.secret", "a secret", "millrace.c.secret.optional", "true"));
        assertThat(Completeness.problems(needed, name -> null)).isEmpty();
        assertThat(Completeness.problems(needed, name -> "weak")).hasSize(1);
    }

    @Test void names_that_somebody_chose_are_looked_at_however_they_were_written() {
        var needed = new TreeMap<>(Map.of("millrace.f.*.client-secret", "theirs",
            "millrace.f.*.client-secret.optional", "true"));
        var given = Map.of("MILLRACE_F_GOOGLE_CLIENT_SECRET", "short", "millrace.f.face-book.client-secret",
            "long enough to be a secret", "millrace.f.other.client-id", "x");
        assertThat(Completeness.problems(Completeness.expanded(needed, given.keySet()), given::get)).singleElement()
            .asString().contains("MILLRACE_F_GOOGLE_CLIENT_SECRET", "at least 16");
        assertThat(Completeness.problems(Completeness.expanded(needed, Set.of()), given::get)).isEmpty();
    }

    /// Guard: every setting that is called a secret is in a `settings/*.properties`, so production looks at it.
    @Test void every_secret_of_the_house_is_declared() throws IOException {
        var declared = Completeness.needed();
        var known = new TreeSet<String>();
        Pattern literal = Pattern.compile("\"(millrace\\.[a-z0-9.-]+)[\":]");
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                String source = Files.readString(file);
                if (file.toString().contains("/sandbox/") || file.toString().contains("/demo/")) continue;
                literal.matcher(source).results().map(found -> found.group(1)).forEach(known::add);
                Matcher settings = Pattern.compile(
                    "@ConfigurationProperties\\(\"([a-z.-]+)\"\\)\\s*(?:public )?record \\w+\\(([^{]*)\\)\\s*\\{")
                    .matcher(source);
                while (settings.find()) {
                    Matcher names = Pattern.compile("(\\w+)\\s*(?:,|$)").matcher(settings.group(2).strip());
                    while (names.find())
                        known.add(settings.group(1) + "." + names.group(1).replaceAll("([A-Z])", "-$1")
                            .toLowerCase(java.util.Locale.ROOT));
                }
            }
        }
        assertThat(known).contains("millrace.vault.keys", "millrace.payment.stripe.secret-key");
        assertThat(known.stream().filter(name -> Completeness.SECRET.matcher(name).matches())
            .filter(name -> !PUBLIC.contains(name) && !declared.containsKey(name)))
            .as("declare them in src/main/resources/settings/<room>.properties").isEmpty();
    }

    @Test void nothing_is_said_when_all_is_told() {
        var environment = new MockEnvironment().withProperty("millrace.a.secret-key", "sk_live_1_which_is_long")
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
