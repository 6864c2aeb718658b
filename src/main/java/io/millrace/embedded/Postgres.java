package io.millrace.embedded;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/// PostgreSQL 18 from the zonky binaries, durable as in production (fsync on), tuned for a machine of two cores.
final class Postgres implements Server {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(5);
    private static final Duration LEFTOVER_STOP = Duration.ofSeconds(20);
    private static final String NAME = "millrace";
    private static final String RELEASE = "postgresql-18.6";

    // A crash of the machine loses nothing that was acknowledged; the rest is memory for two cores.
    private static final Map<String, String> CONFIG = Map.ofEntries(
        Map.entry("listen_addresses", "127.0.0.1"),
        Map.entry("unix_socket_directories", ""),
        Map.entry("max_connections", "200"),
        Map.entry("shared_buffers", "256MB"),
        Map.entry("effective_cache_size", "2GB"),
        Map.entry("work_mem", "8MB"),
        Map.entry("maintenance_work_mem", "128MB"),
        Map.entry("fsync", "on"),
        Map.entry("synchronous_commit", "on"),
        Map.entry("full_page_writes", "on"),
        Map.entry("wal_level", "replica"),
        Map.entry("max_wal_senders", "0"),
        Map.entry("wal_buffers", "16MB"),
        Map.entry("min_wal_size", "256MB"),
        Map.entry("max_wal_size", "2GB"),
        Map.entry("checkpoint_timeout", "10min"),
        Map.entry("checkpoint_completion_target", "0.9"),
        Map.entry("random_page_cost", "1.1"),
        Map.entry("io_method", "sync"),
        Map.entry("jit", "off"),
        Map.entry("max_parallel_workers_per_gather", "1"),
        Map.entry("autovacuum_naptime", "15s"),
        Map.entry("idle_in_transaction_session_timeout", "60s"),
        Map.entry("shared_preload_libraries", "pg_stat_statements"),
        Map.entry("timezone", "UTC"),
        Map.entry("log_timezone", "UTC"));

    private final Folder folder;
    private final Watchdog watchdog;
    private final Path data;
    private final Path log;
    private int port;
    private @Nullable Process process;

    Postgres(Folder folder, Watchdog watchdog) {
        this.folder = folder;
        this.watchdog = watchdog;
        this.data = folder.of("postgres").resolve("data");
        this.log = folder.of("postgres").resolve("server.log");
    }

    @Override public void start() throws IOException {
        Path programs = programs();
        stopLeftover();
        Path made = folder.of("postgres").resolve("made");
        if (!Files.exists(made)) initialise(programs);
        port = folder.port("postgres");
        List<String> command = new ArrayList<>(List.of(programs.resolve("postgres").toString(),
            "-D", data.toString(), "-p", Integer.toString(port)));
        CONFIG.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        process = Processes.start(log, Processes.unprivileged(command));
        watchdog.watch(process, "INT", "QUIT");
        awaitReady(process);
        if (!Files.exists(made)) {
            createDatabase();
            Files.createFile(made);
        }
    }

    private void initialise(Path programs) throws IOException {
        Folder.delete(data);
        if (initdb(programs, List.of("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")))
            return;
        Folder.delete(data);
        if (!initdb(programs, List.of("--no-locale")))
            throw new CannotStart("PostgreSQL could not make its data folder " + data + ":\n\n" + Processes.tail(log)
                + hint());
    }

    private boolean initdb(Path programs, List<String> locale) throws IOException {
        List<String> command = new ArrayList<>(List.of(programs.resolve("initdb").toString(), "-A", "trust",
            "-U", NAME, "-D", data.toString(), "-E", "UTF8", "--no-instructions"));
        command.addAll(locale);
        Process initdb = Processes.start(log, Processes.unprivileged(command));
        // a process that is gone may not have told its exit value yet
        return Processes.gone(initdb.toHandle(), START) && initdb.onExit().join().exitValue() == 0;
    }

    private static String hint() {
        return "root".equals(System.getProperty("user.name"))
            ? "\n\nPostgreSQL does not run as root, so it is put into a user namespace (unshare -U). Where that is"
                + " forbidden, as in some containers, start the shop as an ordinary user."
            : "";
    }

    /// PostgreSQL itself writes `ready` into its pid file; pg_ctl waits for the same.
    private void awaitReady(Process postgres) {
        boolean ready = Processes.within(START, () -> !postgres.isAlive()
            || Folder.readIfThere(data.resolve("postmaster.pid")).endsWith("ready"));
        if (!ready || !postgres.isAlive())
            throw new CannotStart("PostgreSQL did not start. The end of " + log + ":\n\n" + Processes.tail(log)
                + hint());
    }

    private void createDatabase() {
        String url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
        try (var connection = DriverManager.getConnection(url, NAME, NAME);
            var statement = connection.createStatement()) {
            statement.execute("create database " + NAME);
        } catch (SQLException e) {
            if (!"42P04".equals(e.getSQLState())) // it is there already
                throw new CannotStart("PostgreSQL refused to create the database " + NAME, e);
        }
    }

    /// A killed shop may have left its server running; the data folder is ours, so is that server.
    private void stopLeftover() {
        leftover().ifPresent(old -> {
            Processes.signal(old.pid(), "INT");
            if (!Processes.gone(old, LEFTOVER_STOP)) Processes.signal(old.pid(), "QUIT");
            Processes.gone(old, LEFTOVER_STOP);
        });
    }

    private Optional<ProcessHandle> leftover() {
        return Folder.readIfThere(data.resolve("postmaster.pid")).lines().findFirst()
            .filter(line -> line.matches("\\d+"))
            .flatMap(pid -> Processes.running(Long.parseLong(pid), data));
    }

    @Override public void stop() {
        stop("INT"); // fast: refuses new work, rolls back what is open, writes a checkpoint
    }

    @Override public void crash() {
        stop("QUIT"); // immediate: no checkpoint, recovery at the next start
    }

    private void stop(String signal) {
        if (process == null) return;
        Processes.signal(process.pid(), signal);
        if (!Processes.gone(process.toHandle(), STOP)) Processes.signal(process.pid(), "QUIT");
        if (!Processes.gone(process.toHandle(), STOP)) process.destroyForcibly();
        process = null;
    }

    @Override public Map<String, String> settings() {
        return Map.of("spring.r2dbc.url",
            "r2dbc:postgresql://%s:%s@127.0.0.1:%d/%s".formatted(NAME, NAME, port, NAME));
    }

    /// The programs, unpacked once per machine user, or in the shop's own folder where there is no home.
    private Path programs() throws IOException {
        Path unpacked = cache().resolve(RELEASE);
        if (Files.isExecutable(unpacked.resolve("bin/postgres"))) return unpacked.resolve("bin");
        Path fresh = Files.createTempDirectory(cache(), RELEASE + "-");
        try (InputStream archive = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(
            System.getProperty("os.name").toLowerCase(java.util.Locale.ROOT).contains("mac") ? "Darwin" : "Linux",
            System.getProperty("os.arch"))) {
            unpack(archive, fresh);
        }
        try {
            Files.move(fresh, unpacked, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException anotherWasFaster) {
            Folder.delete(fresh);
            if (!Files.isExecutable(unpacked.resolve("bin/postgres"))) throw anotherWasFaster;
        }
        return unpacked.resolve("bin");
    }

    private Path cache() {
        Path home = Path.of(System.getProperty("user.home", "/nonexistent"));
        if (Files.isWritable(home)) {
            try {
                return Files.createDirectories(home.resolve(".cache/millrace"));
            } catch (IOException notThere) {
                return folder.of("programs");
            }
        }
        return folder.of("programs");
    }

    private static void unpack(InputStream archive, Path target) throws IOException {
        try (var tar = new TarArchiveInputStream(new XZInputStream(archive))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) throw new IOException("Not inside the archive: " + entry.getName());
                if (entry.isDirectory()) Files.createDirectories(path);
                else {
                    Files.createDirectories(path.getParent());
                    if (entry.isSymbolicLink()) Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                    else Files.copy(tar, path, StandardCopyOption.REPLACE_EXISTING);
                    if (!entry.isSymbolicLink() && (entry.getMode() & 0100) != 0)
                        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
                }
            }
        }
    }
}
