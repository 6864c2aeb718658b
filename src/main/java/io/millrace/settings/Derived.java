package io.millrace.settings;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;

/// One database, told once: Flyway migrates the database that R2DBC serves from, so its JDBC settings follow from
/// `spring.r2dbc.url` unless somebody gives others.
final class Derived implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {
    /// After whoever completes the connection settings, before whoever looks whether they are complete.
    @Override public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE - 5;
    }

    @Override public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        Environment environment = event.getEnvironment();
        String url = environment.getProperty("spring.r2dbc.url", "");
        if (url.isEmpty() || !environment.getProperty("spring.flyway.url", "").isEmpty()) return;
        event.getEnvironment().getPropertySources().addLast(new MapPropertySource("derived settings",
            flyway(url, environment.getProperty("spring.r2dbc.username", ""),
                environment.getProperty("spring.r2dbc.password", ""))));
    }

    /// `r2dbc:[pool:]postgresql://user:password@host:port/database?sslMode=...` as Flyway's three settings; as in
    /// Spring, the address wins over a name and password that are given apart.
    static Map<String, Object> flyway(String r2dbcUrl, String username, String password) {
        URI uri = URI.create(r2dbcUrl.substring(r2dbcUrl.indexOf("postgres")));
        String[] user = uri.getUserInfo() == null ? new String[0] : uri.getUserInfo().split(":", 2);
        var settings = new HashMap<String, Object>();
        settings.put("spring.flyway.url", "jdbc:postgresql://" + uri.getHost()
            + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + uri.getPath() + parameters(uri));
        settings.put("spring.flyway.user", user.length > 0 ? user[0] : username);
        settings.put("spring.flyway.password", user.length > 1 ? user[1] : password);
        return settings;
    }

    private static String parameters(URI uri) {
        if (uri.getQuery() == null) return "";
        for (String parameter : uri.getQuery().split("&"))
            if (parameter.startsWith("sslMode=")) return "?sslmode=" + parameter.substring("sslMode=".length());
        return "";
    }
}
