package io.millrace.embedded;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.event.ApplicationFailedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.Profiles;

/// Starts what is not configured before the context looks for it, and stops it after the context has drained. Last in
/// line for the prepared environment: the configuration is read by then and the log works.
public final class EmbeddedServers implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedServers.class);

    private static final Map<Part, List<String>> CONFIGURED_BY = Map.of(
        Part.POSTGRES, List.of("spring.r2dbc.url"),
        Part.REDIS, List.of("spring.data.redis.url", "spring.data.redis.host", "spring.data.redis.sentinel.master",
            "spring.data.redis.cluster.nodes"),
        Part.KAFKA, List.of("spring.kafka.bootstrap-servers"));

    @Override public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE - 10;
    }

    @Override public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        ConfigurableEnvironment environment = event.getEnvironment();
        if (environment.acceptsProfiles(Profiles.of("production"))) return;
        SpringApplication application = event.getSpringApplication();
        Set<Part> parts = missing(environment);
        if (!parts.isEmpty()) start(application, environment, parts);
        application.addListeners(new Banner(System.out));
    }

    static Set<Part> missing(Environment environment) {
        Set<Part> missing = EnumSet.noneOf(Part.class);
        CONFIGURED_BY.forEach((part, names) -> {
            if (names.stream().noneMatch(name -> environment.getProperty(name, "").length() > 0)) missing.add(part);
        });
        return missing;
    }

    private static void start(SpringApplication application, ConfigurableEnvironment environment, Set<Part> parts) {
        Path dir = Path.of(environment.getProperty("millrace.embedded.dir", ".millrace"));
        log.info("Starting {} in {} (the first start takes some seconds)", parts, dir.toAbsolutePath());
        Embedded embedded = Embedded.start(dir, parts);
        environment.getPropertySources().addFirst(
            new MapPropertySource("embedded servers", new TreeMap<String, Object>(embedded.settings())));
        // Runs after every context of this JVM is closed: the shop drains first.
        SpringApplication.getShutdownHandlers().add(embedded::close);
        // Kafka's threads would keep a JVM alive whose context never came up.
        application.addListeners((ApplicationListener<ApplicationFailedEvent>) failed -> embedded.close());
    }
}
