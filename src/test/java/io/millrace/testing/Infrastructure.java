package io.millrace.testing;

import io.millrace.embedded.Embedded;
import io.millrace.embedded.Part;
import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.util.FileSystemUtils;

/// PostgreSQL, Redis and Kafka for tests: one set shared by all classes of the test JVM, or one of your own when a test
/// breaks it. Embedded by default; `-Dmillrace.test.infrastructure=containers` takes Testcontainers.
public final class Infrastructure implements AutoCloseable {
    private static final AtomicInteger FOLDERS = new AtomicInteger();
    // Shops of one JVM use the databases 1..15 of one Redis in turn.
    private static final int REDIS_DATABASES = 15;

    private final Map<String, String> settings;
    private final AutoCloseable servers;
    private final AtomicInteger shops = new AtomicInteger();

    private final @Nullable Embedded embedded;

    private Infrastructure(Map<String, String> settings, AutoCloseable servers, @Nullable Embedded embedded) {
        this.settings = settings;
        this.servers = servers;
        this.embedded = embedded;
    }

    private static final class Shared {
        private static final Infrastructure INFRASTRUCTURE = start();

        static {
            // After every context of this JVM is closed.
            SpringApplication.getShutdownHandlers().add(INFRASTRUCTURE::close);
        }
    }

    /// The one of this test JVM; it stops when the JVM does.
    public static Infrastructure shared() {
        return Shared.INFRASTRUCTURE;
    }

    /// One of your own, to break: `crash(Part.POSTGRES)`, `restart(Part.POSTGRES)`. Always embedded.
    public static Infrastructure own() {
        return embedded();
    }

    private static Infrastructure start() {
        return start(System.getProperty("millrace.test.infrastructure", "embedded"));
    }

    static Infrastructure start(String kind) {
        return switch (kind) {
            case "embedded" -> embedded();
            case "containers" -> containers();
            default -> throw new IllegalArgumentException(
                "millrace.test.infrastructure is embedded or containers, not " + kind);
        };
    }

    private static Infrastructure embedded() {
        Path all = Path.of("target", "servers");
        forgetTheDead(all);
        Path dir = all.resolve(ProcessHandle.current().pid() + "-" + FOLDERS.incrementAndGet());
        Embedded embedded = Embedded.start(dir, EnumSet.allOf(Part.class));
        return new Infrastructure(embedded.settings(), () -> {
            embedded.close();
            FileSystemUtils.deleteRecursively(dir);
        }, embedded);
    }

    /// Folders of test runs that were killed.
    private static void forgetTheDead(Path all) {
        File[] folders = all.toFile().listFiles();
        if (folders == null) return;
        for (File folder : folders) {
            long pid = Long.parseLong(folder.getName().replaceFirst("-.*", ""));
            if (ProcessHandle.of(pid).isEmpty()) FileSystemUtils.deleteRecursively(folder);
        }
    }

    private static Infrastructure containers() {
        Containers containers = Containers.start();
        return new Infrastructure(containers.settings(), containers, null);
    }

    /// The settings of a shop of its own: a fresh database, a topic prefix, a Redis database.
    public Map<String, String> freshShop() {
        int number = shops.incrementAndGet();
        String database = "shop_" + ProcessHandle.current().pid() + "_" + number;
        execute("create database " + database);
        var own = new LinkedHashMap<>(settings);
        own.put("spring.r2dbc.url", "r2dbc:" + url().resolve("/" + database));
        own.put("spring.data.redis.database", Integer.toString(1 + number % REDIS_DATABASES));
        own.put("millrace.messaging.topic-prefix", "t" + ProcessHandle.current().pid() + "-" + number + ".");
        return own;
    }

    private URI url() {
        return URI.create(settings.getOrDefault("spring.r2dbc.url", "").substring("r2dbc:".length()));
    }

    private void execute(String sql) {
        try (var connection = DriverManager.getConnection(Database.jdbc(url().toString()));
            var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /// How to reach the servers, as Spring properties.
    public Map<String, String> settings() {
        return settings;
    }

    /// That part is gone at once, as if it had crashed.
    public void crash(Part part) {
        embeddedServers().crash(part);
    }

    /// It is back, on its old port, with what it had on disk.
    public void restart(Part part) {
        embeddedServers().restart(part);
    }

    private Embedded embeddedServers() {
        if (embedded != null) return embedded;
        throw new IllegalStateException("Only embedded servers can be crashed: use Infrastructure.own()");
    }

    @Override public void close() {
        try {
            servers.close();
        } catch (Exception e) {
            throw new IllegalStateException("The servers of the tests did not stop", e);
        }
    }
}
