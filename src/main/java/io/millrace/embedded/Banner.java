package io.millrace.embedded;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;

/// The last lines of the log: where the shop is, how to sign in, how to start a second node.
final class Banner implements ApplicationListener<ApplicationReadyEvent> {
    private static final Logger log = LoggerFactory.getLogger("millrace");
    private static final List<String> SERVERS = List.of("spring.r2dbc.url", "spring.data.redis.url",
        "spring.kafka.bootstrap-servers");

    @Override public void onApplicationEvent(ApplicationReadyEvent event) {
        Environment environment = event.getApplicationContext().getEnvironment();
        if (!environment.getProperty("millrace.banner", Boolean.class, true)) return;
        log.info("{}", text(environment));
    }

    static String text(Environment environment) {
        int port = environment.getProperty("local.server.port", Integer.class, 8080);
        String url = "http://localhost:" + port;
        var node = new StringBuilder();
        for (String name : SERVERS) {
            String value = environment.getProperty(name);
            if (value != null)
                node.append("      ").append(Embedded.variable(name)).append('=').append(value)
                    .append(" \\\n");
        }
        return """

                  The shop is open        %1$s
                  The API                 %1$s/api-docs
                  The sandbox             %1$s/sandbox
                  The demo admin          %2$s / %3$s

                  A second node:
                %4$s      SERVER_PORT=%5$d mvn spring-boot:run
                """.formatted(url, environment.getProperty("millrace.admin.email", ""),
            environment.getProperty("millrace.admin.password", ""), node, port + 1);
    }
}
