package io.millrace.embedded;

import java.io.PrintStream;
import java.util.List;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;

/// The last lines on the console: where the shop is, how to sign in, how to start a second node. Not by the log, which
/// masks addresses and passwords: these are a developer's own, made for this machine.
final class Banner implements ApplicationListener<ApplicationReadyEvent> {
    private static final List<String> SERVERS = List.of("spring.r2dbc.url", "spring.data.redis.url",
        "spring.kafka.bootstrap-servers");

    private final PrintStream console;

    Banner(PrintStream console) {
        this.console = console;
    }

    @Override public void onApplicationEvent(ApplicationReadyEvent event) {
        Environment environment = event.getApplicationContext().getEnvironment();
        if (!environment.getProperty("millrace.banner", Boolean.class, true)) return;
        console.print(text(environment));
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
