package io.millrace.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Profiles;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.util.ClassUtils;

/// In production a shop that was not told everything refuses to open, in one message. What is needed stands in
/// `settings/<room>.properties`: `name=what it is`, and `name.refused=value,value` for values everybody knows. In
/// development the same settings have defaults (`development.yaml`), so nothing is asked.
final class Completeness implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {
    private static final String NEEDED = "classpath*:settings/*.properties";
    private static final String REFUSED = ".refused";
    private static final String DEVELOPMENT = "io.millrace.embedded.EmbeddedServers";

    /// Before the logging system, so that the message is plain text whatever the log's format is.
    @Override public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE + 15;
    }

    @Override public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        if (!isProduction(event.getEnvironment())) return;
        List<String> problems = problems(needed(), event.getEnvironment()::getProperty);
        if (problems.isEmpty()) return;
        throw new CannotOpen("A shop in production has to be told:\n\n    " + String.join("\n    ", problems),
            "Set these environment variables (or the Spring properties of the same names) and start again.\n"
                + "docs/operations.md explains each; docker/compose.yaml shows a complete set.",
            null);
    }

    static boolean isProduction(ConfigurableEnvironment environment) {
        return environment.acceptsProfiles(Profiles.of("production"))
            || !ClassUtils.isPresent(DEVELOPMENT, Completeness.class.getClassLoader());
    }

    /// One line for each setting that is missing or has a value that everybody knows.
    static List<String> problems(TreeMap<String, String> needed, UnaryOperator<@Nullable String> settings) {
        return needed.keySet().stream().filter(name -> !name.endsWith(REFUSED))
            .filter(name -> !isGiven(settings.apply(name), needed.getOrDefault(name + REFUSED, "")))
            .map(name -> "%-42s %s%s".formatted(variable(name), needed.get(name),
                isBlank(settings.apply(name)) ? "" : " (the development value is refused)"))
            .toList();
    }

    private static boolean isGiven(@Nullable String value, String refused) {
        return !isBlank(value) && Arrays.stream(refused.split(",")).noneMatch(known -> known.strip().equals(value));
    }

    private static boolean isBlank(@Nullable String value) {
        return value == null || value.isBlank();
    }

    static String variable(String property) {
        return property.replace('-', '_').replace('.', '_').toUpperCase(Locale.ROOT);
    }

    private static TreeMap<String, String> needed() {
        try {
            var needed = new TreeMap<String, String>();
            for (Resource page : new PathMatchingResourcePatternResolver().getResources(NEEDED)) {
                Properties properties = PropertiesLoaderUtils.loadProperties(page);
                properties.stringPropertyNames().forEach(name -> needed.put(name, properties.getProperty(name)));
            }
            return needed;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + NEEDED, e);
        }
    }
}
