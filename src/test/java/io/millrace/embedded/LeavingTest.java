package io.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.testing.Database;
import io.millrace.testing.Eventually;
import io.millrace.testing.ShopProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Shops in JVMs of their own with embedded servers: however one ends, nothing is left behind.
class LeavingTest {
    private static final Duration LEAVE = Duration.ofSeconds(10);

    @Test void a_killed_shop_leaves_no_process_and_the_next_one_opens_with_the_data(@TempDir Path dir) {
        List<ProcessHandle> servers;
        long people;
        try (ShopProcess shop = open(dir)) {
            servers = servers(shop);
            assertThat(servers).as("postgres, redis and the watchdog").hasSizeGreaterThanOrEqualTo(3);
            people = migrations(dir);
            shop.kill();
        }
        // The next start comes while the watchdog is still at work: it must stop the old servers and not the new ones.
        try (ShopProcess shop = open(dir)) {
            // Guard: the watchdog's pipe.
            Eventually.holds("the killed shop's servers are gone", LEAVE,
                () -> servers.stream().noneMatch(ProcessHandle::isAlive));
            assertThat(migrations(dir)).isEqualTo(people);
            assertThat(shop.client().get("/actuator/health/readiness").status()).isEqualTo(200);
            stop(shop, "TERM", shop.process().pid());
        }
    }

    @Test void a_killed_shop_is_cleaned_up_after_by_the_watchdog_alone(@TempDir Path dir) {
        try (ShopProcess shop = open(dir)) {
            List<ProcessHandle> servers = servers(shop);
            shop.kill();
            Eventually.holds("nothing is left", LEAVE, () -> servers.stream().noneMatch(ProcessHandle::isAlive));
        }
    }

    @Test void ctrl_c_goes_to_the_whole_group_and_stops_everything_in_order(@TempDir Path dir) {
        List<String> command = new ArrayList<>();
        Processes.onPath("setsid").ifPresent(command::add);
        assumeTrue(!command.isEmpty(), "needs setsid to make a process group as a terminal does");
        // A shell that runs tests in the background makes its children ignore SIGINT.
        command.addAll(List.of("env", "--default-signal=INT"));
        command.addAll(ShopProcess.command(System.getProperty("java.class.path")));
        try (ShopProcess shop = ShopProcess.launch(command, settings(dir)).awaitReady()) {
            stop(shop, "INT", -shop.process().pid());
            String log = Folder.readIfThere(dir.resolve("postgres/server.log"));
            assertThat(log).contains("checkpoint complete", "database system is shut down");
            // Guards: a session of their own for the servers, and stopping them after the context. Without one, every
            // connection of the pool is cut; the one that only listens may close a moment late.
            assertThat(log.lines().filter(line -> line.contains("terminating connection"))).hasSizeLessThanOrEqualTo(1);
        }
    }

    @Test void an_ordinary_user_can_open_a_shop(@TempDir Path temp) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "the other tests already run as an ordinary user");
        assumeTrue(Processes.onPath("setpriv").isPresent(), "needs setpriv to become an ordinary user");
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> command = new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            "env", "HOME=/nonexistent"));
        command.addAll(ShopProcess.command(readableClassPath(temp.resolve("classpath"))));
        command.add(command.size() - 1, "-Duser.home=/nonexistent");
        try (ShopProcess shop = ShopProcess.launch(command, settings(temp.resolve("data"))).awaitReady()) {
            assertThat(Files.getOwner(temp.resolve("data")).getName()).isEqualTo("nobody");
            stop(shop, "TERM", shop.process().pid());
        }
    }

    private static ShopProcess open(Path dir) {
        return ShopProcess.launch(settings(dir)).awaitReady();
    }

    private static Map<String, String> settings(Path dir) {
        return Map.of("millrace.embedded.dir", dir.toString(), "millrace.demo.enabled", "false");
    }

    private static List<ProcessHandle> servers(ShopProcess shop) {
        return shop.process().toHandle().children().toList();
    }

    private static void stop(ShopProcess shop, String signal, long target) {
        List<ProcessHandle> servers = servers(shop);
        try {
            new ProcessBuilder("kill", "-" + signal, "--", Long.toString(target)).start().waitFor(5, TimeUnit.SECONDS);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        shop.awaitExit(LEAVE);
        Eventually.holds("nothing is left", Duration.ofSeconds(2),
            () -> servers.stream().noneMatch(ProcessHandle::isAlive));
    }

    private static long migrations(Path dir) {
        String owner = Folder.readIfThere(dir.resolve("owner"));
        String url = owner.lines().filter(line -> line.startsWith("SPRING_R2DBC_URL=")).findFirst().orElseThrow();
        return Database.of(url.substring("SPRING_R2DBC_URL=".length()))
            .number("select count(*) from flyway_schema_history");
    }

    /// The class path of this test where everybody may read it.
    private static String readableClassPath(Path target) throws IOException {
        Files.createDirectories(target);
        List<String> copied = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path source = Path.of(entry);
            if (!Files.exists(source)) continue;
            Path copy = target.resolve(copied.size() + "-" + source.getFileName());
            org.springframework.util.FileSystemUtils.copyRecursively(source, copy);
            copied.add(copy.toString());
        }
        new ProcessBuilder("chmod", "-R", "a+rX", target.toString()).start().onExit().join();
        return String.join(File.pathSeparator, copied);
    }
}
