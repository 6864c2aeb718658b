package io.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;

/// What a newcomer reads when the shop has opened.
class BannerTest {
    /// Guard: it is not a line of the log, where all of this would be masked.
    @Test void a_newcomer_can_copy_the_sign_in_and_the_second_node_from_the_console() {
        var console = new ByteArrayOutputStream();
        var context = new GenericApplicationContext();
        context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test", Map.of(
            "local.server.port", "8099", "millrace.admin.email", "admin@example.com", "millrace.admin.password",
            "a-password", "spring.r2dbc.url", "r2dbc:postgresql://millrace:secret@127.0.0.1:5433/millrace")));
        new Banner(new PrintStream(console)).onApplicationEvent(new ApplicationReadyEvent(new SpringApplication(),
            new String[0], context, Duration.ZERO));
        assertThat(console.toString()).contains("http://localhost:8099/api-docs", "admin@example.com / a-password",
            "SPRING_R2DBC_URL=r2dbc:postgresql://millrace:secret@127.0.0.1:5433/millrace", "SERVER_PORT=8100");
    }
}
