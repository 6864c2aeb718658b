package io.millrace.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/// `/api-docs`: the contract and a viewer for it, all from this server; and `/health` for who only wants to know
/// whether anybody is there.
@Configuration(proxyBeanMethods = false)
class DocsRoutes {
    private static final String VIEWER = "META-INF/maven/org.webjars/swagger-ui/pom.properties";

    @Bean RouterFunction<ServerResponse> docsApi(Api api) {
        OpenApi contract = OpenApi.read();
        byte[] page = text("openapi/viewer.html").replace("{version}", version()).getBytes(StandardCharsets.UTF_8);
        byte[] script = text("openapi/viewer.js").getBytes(StandardCharsets.UTF_8);
        return api.absolute("/api-docs", rows -> {
            rows.GET("", Access.anyone(), fixed(page, "text/html;charset=utf-8")).produces("text/html");
            rows.GET("/viewer.js", Access.anyone(), fixed(script, "text/javascript;charset=utf-8"))
                .produces("text/javascript");
            rows.GET("/openapi.json", Access.anyone(), fixed(contract.json(), "application/json"));
            rows.GET("/openapi.yaml", Access.anyone(), fixed(contract.yaml(), "application/yaml"))
                .produces("application/yaml");
        });
    }

    @Bean RouterFunction<ServerResponse> healthApi(Api api) {
        return api.absolute("/health",
            rows -> rows.GET("", Access.anyone(), request -> Reply.ok(Map.of("status", "up"))));
    }

    private static Rows.Handler fixed(byte[] bytes, String type) {
        return request -> Reply.bytes(bytes, type).map(reply -> reply.header("Cache-Control", "public, max-age=60"));
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream in = new ClassPathResource(VIEWER).getInputStream()) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    private static String text(String resource) {
        try (InputStream in = new ClassPathResource(resource).getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
