package io.millrace.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Profiles;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.util.ClassUtils;

/// In production a shop that was not told everything refuses to open, in one message. What is needed stands in
/// `settings/<room>.properties`: `name=what it is`, `name.refused=value,value` for values everybody knows,
/// `name.least=16` for how long it is at least, and `name.optional=true` for what may be missing but not be weak. In
/// development the same settings have defaults (`development.yaml`), so nothing is asked.
///
/// Whatever is called a secret, a key or a password is held to more: none of the words that come with a sandbox or an
/// example, and never shorter than [#SECRET_CHARS_MIN].
final class Completeness implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {
    private static final String NEEDED = "classpath*:settings/*.properties";
    private static final String REFUSED = ".refused";
    private static final String LEAST = ".least";
    private static final String OPTIONAL = ".optional";
    /// What names a secret, also for the test that looks whether all of them are declared.
    static final Pattern SECRET = Pattern.compile("(?i).*(secret|secrets|password|passwords|key|keys|pepper)");
    static final int SECRET_CHARS_MIN = 16;
    private static final Pattern EXAMPLE =
        Pattern.compile("(?i).*(sandbox|changeme|change-me|change_me|your[-_ ]?(secret|key)|placeholder).*");
    private static final String DEVELOPMENT = "io.millrace.embedded.EmbeddedServers";

    /// Before the logging system, so that the message is plain text whatever the log's format is.
    @Override public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE + 15;
    }

    @Override public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        if (!isProduction(event.getEnvironment())) return;
        List<String> problems = problems(expanded(needed(), names(event.getEnvironment())),
            event.getEnvironment()::getProperty);
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

    /// A `*` in a declared name stands for the names that somebody chose, as they were given (`a.b-c` or `A_B_C`).
    static TreeMap<String, String> expanded(TreeMap<String, String> needed, Set<String> given) {
        var all = new TreeMap<String, String>();
        needed.forEach((name, what) -> {
            if (!name.contains("*")) all.put(name, what);
            else if (isAside(name)) return;
            else
                given.stream().filter(one -> letters(one).matches(letters(name).replace("*", ".+")))
                    .forEach(one -> all.put(one, what));
        });
        return all;
    }

    private static String letters(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9*]", "");
    }

    private static Set<String> names(ConfigurableEnvironment environment) {
        var names = new TreeSet<String>();
        environment.getPropertySources().forEach(source -> {
            if (source instanceof EnumerablePropertySource<?> known) names.addAll(List.of(known.getPropertyNames()));
        });
        return names;
    }

    private static boolean isAside(String name) {
        return name.endsWith(REFUSED) || name.endsWith(LEAST) || name.endsWith(OPTIONAL);
    }

    /// One line for each setting that is missing, weak, or has a value that everybody knows.
    static List<String> problems(TreeMap<String, String> needed, UnaryOperator<@Nullable String> settings) {
        List<String> problems = new ArrayList<>();
        for (String name : needed.keySet()) {
            if (isAside(name)) continue;
            String wrong = wrong(name, settings.apply(name), needed);
            if (wrong != null)
                problems.add("%-42s %s%s".formatted(variable(name), needed.get(name), wrong));
        }
        return problems;
    }

    /// Null when the value will do; never the value itself. Several, by comma, must all do.
    private static @Nullable String wrong(String name, @Nullable String value, TreeMap<String, String> needed) {
        if (value == null || isBlank(value)) return needed.containsKey(name + OPTIONAL) ? null : "";
        List<String> known =
            Arrays.stream(needed.getOrDefault(name + REFUSED, "").split(",")).map(String::strip).toList();
        boolean secret = SECRET.matcher(name).matches();
        int least = Integer.parseInt(needed.getOrDefault(name + LEAST,
            secret ? Integer.toString(SECRET_CHARS_MIN) : "1"));
        // one secret may well have commas in it (a key as JSON)
        boolean several = secret && name.toLowerCase(Locale.ROOT).endsWith("s");
        for (String part : several ? List.of(value.split(",", -1)) : List.of(value)) {
            if (known.contains(part.strip()) || secret && EXAMPLE.matcher(part).matches())
                return " (the development value is refused)";
            if (part.strip().length() < least) return " (at least " + least + " characters)";
        }
        return null;
    }

    private static boolean isBlank(@Nullable String value) {
        return value == null || value.isBlank();
    }

    static String variable(String property) {
        return property.replace('-', '_').replace('.', '_').toUpperCase(Locale.ROOT);
    }

    static TreeMap<String, String> needed() {
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
