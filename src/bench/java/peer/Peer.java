package peer;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executors;
import org.apache.catalina.startup.Tomcat;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

/// What a Java shop would pick instead: Spring MVC on virtual threads, JDBC, and nothing around it (no limits, callers,
/// tags, traces or metrics), reading the same page by the same statement from the same table. In a JVM of its own:
/// `Peer <r2dbc address> <port file>`. Outside the package that the shop looks through for its rooms, and only here
/// when the profile `bench` brings Spring MVC.
@EnableWebMvc
public class Peer {
    private static final int CONNECTIONS = 8;
    private static final String PAGE = """
        with page as (select p.card, p.price_key as key, p.id from storefront.products p where p.channel = ? \
        and p.listed and p.price_minor <= ? and (p.price_key, p.id) > (?, ?) order by p.price_key, p.id limit ?) \
        select coalesce(string_agg(card, ?), '') as cards, count(*)::int as shown, \
        (array_agg(id))[count(*)] as last_id, ((array_agg(key))[count(*)])::text as last_key, 0::bigint as total \
        from page""";

    public static void main(String[] arguments) throws Exception {
        ((Logger) LoggerFactory.getLogger("ROOT")).setLevel(Level.WARN);
        System.setProperty("peer.database", arguments[0]);
        var context = new AnnotationConfigWebApplicationContext();
        context.register(Peer.class, Pages.class);
        Path folder = Files.createTempDirectory(Path.of(arguments[1]).getParent(), "peer");
        var tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.getConnector().getProtocolHandler().setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        var root = tomcat.addContext("", folder.toString());
        Tomcat.addServlet(root, "spring", new DispatcherServlet(context));
        root.addServletMappingDecoded("/", "spring");
        tomcat.start();
        Files.writeString(Path.of(arguments[1]), Integer.toString(tomcat.getConnector().getLocalPort()));
        tomcat.getServer().await();
    }

    @Bean JdbcTemplate jdbc() {
        URI address = URI.create(System.getProperty("peer.database").substring("r2dbc:".length()));
        var settings = new HikariConfig();
        settings.setJdbcUrl("jdbc:postgresql://" + address.getHost() + ":" + address.getPort() + address.getPath()
            + "?options=-c%20plan_cache_mode=force_generic_plan");
        settings.setUsername(address.getUserInfo().split(":")[0]);
        settings.setMaximumPoolSize(CONNECTIONS);
        return new JdbcTemplate(new HikariDataSource(settings));
    }

    /// The one door.
    @RestController
    public static class Pages {
        private final JdbcTemplate jdbc;

        Pages(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        private record Page(String cards, int shown, String lastId, String lastKey) {}

        @GetMapping("/api/v1/products") public ResponseEntity<byte[]> list(@RequestParam("max_price") long max,
            @RequestParam("cursor") String cursor) {
            String[] parts = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).split("\\|");
            Page page = Objects.requireNonNull(jdbc.queryForObject(PAGE, (row, number) -> new Page(
                row.getString("cards"), row.getInt("shown"), row.getString("last_id"), row.getString("last_key")),
                "pecos", max * 100, Long.parseLong(parts[2]), UUID.fromString(parts[1]), 20, ","));
            String next = Base64.getUrlEncoder().withoutPadding().encodeToString(("price|" + page.lastId + "|"
                + page.lastKey).getBytes(StandardCharsets.UTF_8));
            return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(("{\"success\":true,\"data\":["
                + page.cards + "],\"pagination\":{\"per_page\":20,\"next_cursor\":\"" + next + "\"}}")
                .getBytes(StandardCharsets.UTF_8));
        }
    }
}
