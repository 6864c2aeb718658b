package io.millrace.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Infrastructure;
import io.millrace.testing.ProductionSettings;
import io.millrace.testing.ShopProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// The jar that `mvn package` makes, looked at and started.
class ProductionJarIT {
    private static final Path JAR = Path.of(System.getProperty("millrace.jar", "target/millrace-0.1.0-SNAPSHOT.jar"));
    private static final String NOT_IN_PRODUCTION =
        "embedded-|kafka_|kafka-server|kafka-metadata|kafka-raft|scala-|testcontainers|junit|xz-";
    private static final Duration REFUSE = Duration.ofSeconds(30);
    private static final Duration REHEARSAL = Duration.ofMinutes(6);

    @Test void the_jar_has_neither_the_rooms_of_development_nor_their_libraries() throws IOException {
        try (var jar = new JarFile(JAR.toFile())) {
            assertThat(jar.stream().map(ZipEntry::getName))
                .anyMatch(name -> name.equals("BOOT-INF/classes/io/millrace/Millrace.class"))
                .noneMatch(
                    name -> name.matches("BOOT-INF/classes/(io/millrace|db/migration)/(embedded|sandbox|demo)/.*"))
                .noneMatch(name -> name.contains("development.yaml"))
                .noneMatch(name -> name.matches("BOOT-INF/lib/(" + NOT_IN_PRODUCTION + ").*"));
        }
    }

    @Test void told_nothing_it_refuses_in_one_message_that_lists_what_is_missing() {
        try (ShopProcess shop = ShopProcess.launch(command(), Map.of())) {
            assertThat(shop.awaitExit(REFUSE)).isEqualTo(1);
            assertThat(shop.log())
                .contains("A shop in production has to be told:")
                .contains("SPRING_R2DBC_URL", "SPRING_DATA_REDIS_URL", "SPRING_KAFKA_BOOTSTRAP_SERVERS",
                    "MILLRACE_IDENTITY_SIGNING_KEY", "MILLRACE_VAULT_KEYS", "MILLRACE_PAYMENT_STRIPE_SECRET_KEY",
                    "MILLRACE_PAYMENT_STRIPE_WEBHOOK_SECRETS", "MILLRACE_ADMIN_PASSWORD", "MILLRACE_HTTP_HOSTS")
                .doesNotContain("\tat ");
        }
    }

    @Test void values_that_everybody_knows_from_development_are_refused() {
        var settings = new HashMap<>(ProductionSettings.all());
        settings.putAll(Infrastructure.shared().settings());
        settings.put("millrace.admin.password", "millrace-admin");
        settings.put("millrace.payment.stripe.secret-key", "sk_test_sandbox");
        settings.put("millrace.payment.stripe.webhook-secrets", "whsec_of_a_test_of_the_jar,short");
        try (ShopProcess shop = ShopProcess.launch(command(), settings)) {
            assertThat(shop.awaitExit(REFUSE)).isEqualTo(1);
            assertThat(shop.log()).contains("MILLRACE_ADMIN_PASSWORD", "MILLRACE_PAYMENT_STRIPE_SECRET_KEY",
                "the development value is refused", "MILLRACE_PAYMENT_STRIPE_WEBHOOK_SECRETS", "at least 16 characters")
                .doesNotContain("SPRING_R2DBC_URL", "MILLRACE_ADMIN_EMAIL", "sk_test_sandbox", "short");
        }
    }

    @Test void told_everything_it_opens_and_leaves_on_sigterm() {
        var settings = new HashMap<>(ProductionSettings.all());
        settings.putAll(Infrastructure.shared().freshShop());
        try (ShopProcess shop = ShopProcess.launch(command(), settings).awaitReady()) {
            assertThat(shop.client().get("/sandbox/chaos").status()).isEqualTo(404);
            assertThat(shop.log()).as("one JSON object a line").contains("\"@timestamp\"");
            shop.terminate();
            assertThat(shop.awaitExit(Duration.ofSeconds(20))).isEqualTo(143);
        }
    }

    /// What building the image does last, where there are no servers either. A minute of two cores, so only by
    /// `mvn verify -Drehearsal=true`; that it is told all it needs is looked at every time (SettingsTest).
    @Test
    @EnabledIfSystemProperty(named = "rehearsal", matches = "true") void the_rehearsal_of_the_image_leaves_a_cache(
        @TempDir Path image) throws Exception {
        Files.copy(JAR, image.resolve("packed.jar"));
        Path key = Files.writeString(image.resolve("key.pem"), ProductionSettings.signingKey());
        run(image, ShopProcess.java(), "-Djarmode=tools", "-jar", "packed.jar", "extract", "--destination", "app");
        Path app = image.resolve("app");
        Files.move(app.resolve("packed.jar"), app.resolve("millrace.jar"));
        run(app, "bash", Path.of("docker/train").toAbsolutePath().toString(), key.toString());
        assertThat(app.resolve("millrace.aot")).isNotEmptyFile();
    }

    private static void run(Path where, String... command) throws IOException, InterruptedException {
        Path log = where.resolve("run.log");
        var builder = new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true)
            .redirectOutput(log.toFile());
        builder.environment().merge("PATH", "", (path, none) -> Path.of(ShopProcess.java()).getParent() + ":" + path);
        Process running = builder.start();
        assertThat(running.waitFor(REHEARSAL.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(running.exitValue()).as(Files.readString(log)).isZero();
    }

    private static List<String> command() {
        return List.of(ShopProcess.java(), "-Xmx512m", "-jar", JAR.toAbsolutePath().toString());
    }
}
