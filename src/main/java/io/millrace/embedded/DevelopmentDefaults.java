package io.millrace.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.Profiles;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;

/// Lays `development.yaml` over `application.yaml`: what a shop on a developer's machine need not be told. Whatever
/// a person says (environment, arguments, files beside the shop) still wins.
public final class DevelopmentDefaults implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {
    private static final String OVER = "class path resource [application.yaml]";

    /// After the configuration files, before the log is set up.
    @Override public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE + 14;
    }

    @Override public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        if (event.getEnvironment().acceptsProfiles(Profiles.of("production"))) return;
        MutablePropertySources sources = event.getEnvironment().getPropertySources();
        for (PropertySource<?> defaults : read())
            sources.stream().filter(source -> source.getName().contains(OVER)).findFirst().ifPresentOrElse(
                source -> sources.addBefore(source.getName(), defaults), () -> sources.addLast(defaults));
    }

    private static Iterable<PropertySource<?>> read() {
        try {
            return new YamlPropertySourceLoader().load("development defaults",
                new ClassPathResource("development.yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read development.yaml", e);
        }
    }
}
