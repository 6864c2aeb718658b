package io.millrace.bench;

import io.millrace.Millrace;
import io.millrace.testing.Client;
import io.millrace.testing.Database;
import io.millrace.testing.Eventually;
import io.millrace.testing.Infrastructure;
import io.millrace.testing.ShopProcess;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A shop in a JVM of its own with goods in it, on PostgreSQL, Redis and Kafka of its own (PostgreSQL and Redis are
/// processes, Kafka runs in the bench's JVM, so none of the three is counted as the shop's).
final class Rig implements AutoCloseable {
    static final int GOODS = Integer.getInteger("bench.goods", 10_000);
    static final String CHANNEL = "X-Channel: pecos\r\n";
    private static final int QUIET_SECONDS = 5;
    /// A second's commits of the sweeps and leases of a shop at rest, generously.
    private static final int QUIET_COMMITS_MAX = 60;
    private static final long PLENTY = 1_000_000_000L;
    static final String JVM = System.getProperty("bench.jvm", "-Xms288m -Xmx512m");
    private static final Duration IMPORT = Duration.ofMinutes(10);

    final Provider provider = new Provider();
    final Infrastructure servers = Infrastructure.own();
    final Map<String, String> settings = new LinkedHashMap<>(servers.freshShop());
    final Database database = Database.of(settings.getOrDefault("spring.r2dbc.url", ""));
    final long postmaster;
    ShopProcess shop;
    java.util.Set<String> pools = java.util.Set.of();
    List<String> products = List.of();
    List<String> variants = List.of();

    Rig() {
        settings.putAll(Map.of("millrace.banner", "false", "millrace.limits.others", "1000000000/1m",
            "millrace.demo.enabled", "false", "millrace.payment.stripe.base-url", provider.url(),
            "millrace.payment.stripe.webhook-secrets", Provider.SECRET,
            "millrace.tracking.streams-per-reader", "1000000", "millrace.http.trusted-proxies", "127.0.0.1/32"));
        shop = open();
        String folder = (String) Objects.requireNonNull(database.value("show data_directory"));
        postmaster = Long.parseLong(Machine.read(Path.of(folder, "postmaster.pid")).lines().findFirst().orElseThrow());
        database.execute("create extension if not exists pg_stat_statements");
        database.execute("alter system set pg_stat_statements.track_planning = on");
        counting(false);
    }

    /// Has PostgreSQL count its statements, from nothing, or stop it.
    void counting(boolean on) {
        database.execute("alter system set pg_stat_statements.track = '" + (on ? "top" : "none") + "'");
        database.execute("select pg_reload_conf()");
        Load.idle(1);
        if (on) database.execute("select pg_stat_statements_reset()");
    }

    /// The shop as it would run in production, but for the rooms that only develop.
    static List<String> command(String classPath) {
        List<String> command = new ArrayList<>(List.of(ShopProcess.java()));
        command.addAll(List.of(JVM.split(" ")));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
            "-Dlogging.level.root=warn", "-cp", classPath, Millrace.class.getName()));
        return command;
    }

    /// Without what only the peer needs: with Spring MVC beside WebFlux Boot would choose that.
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("spring-webmvc") && !entry.contains("tomcat-embed"))
            .collect(Collectors.joining(File.pathSeparator));
    }

    ShopProcess open() {
        return ShopProcess.launch(command(classPath()), settings).awaitReady();
    }

    /// A new JVM on the same data: what is measured next is not hidden in memory that the last load has touched.
    void reopen() {
        shop.terminate();
        shop.awaitExit(Duration.ofSeconds(60));
        shop = open();
    }

    URI url() {
        return URI.create(shop.client().base());
    }

    long pid() {
        return shop.process().pid();
    }

    Client admin() {
        Client client = shop.client().channel("pecos");
        return client.bearer(client.post("auth/login", Map.of("email", "admin@example.com", "password",
            "millrace-admin")).expect(200).data().path("access_token").asString());
    }

    void fill() {
        StringBuilder goods = new StringBuilder();
        for (int i = 0; i < GOODS; i++)
            goods.append("""
            {"external_key":"b%d","sku":"B-%d","name":"Bench good %d %s","status":"active","price":"%d.%02d",\
            "stock":%d,"brand":"Brand %d","short_description":"What one would say of it in a line, number %d"}
            """.formatted(i, i, i, List.of("lamp", "boot", "tent", "stove", "rope").get(i % 5), 1 + i % 400, i % 100,
                PLENTY, i % 40, i));
        Client admin = admin().with("Content-Type", "application/x-ndjson");
        // the answer is lines; a batch a call keeps each below the client's patience
        String[] lines = goods.toString().split("\n");
        for (int from = 0; from < lines.length; from += 1_000)
            admin.post("admin/imports/products", String.join("\n", java.util.Arrays.asList(lines).subList(from,
                Math.min(lines.length, from + 1_000))) + "\n").expect(200);
        quiet();
        products = ids("select id::text as id from storefront.products where listed order by id");
        pools = new java.util.HashSet<>(ids("select id::text as id from inventory.pools"));
        variants = ids("select variant_id::text as id from inventory.draws order by 1");
    }

    private List<String> ids(String sql) {
        return database.rows(sql).stream().map(row -> String.valueOf(row.get("id"))).toList();
    }

    /// All facts have left and were heard, so that nothing of the past is measured with the present: who hears them
    /// commits, and a shop at rest hardly does.
    void quiet() {
        Eventually.holds("the outbox is empty", IMPORT,
            () -> database.number("select count(*) from messaging.outbox") == 0);
        Eventually.holds("nobody commits", IMPORT, () -> {
            long before = commits();
            Load.idle(QUIET_SECONDS);
            return commits() - before < QUIET_SECONDS * QUIET_COMMITS_MAX;
        });
    }

    private long commits() {
        return database.number("select xact_commit from pg_stat_database where datname = current_database()");
    }

    /// CPU of the shop and of PostgreSQL, and the clock, at one moment.
    record Mark(long app, long pg, long nanos) {}

    Mark mark() {
        return new Mark(Machine.cpuMicros(pid(), false), Machine.postgresMicros(postmaster), System.nanoTime());
    }

    Table.Run run(Mark from, Load.Done done) {
        return run(from, done.good(), done.rate(), done.p50Ms(), done.p99Ms(), done.bad());
    }

    Table.Run run(Mark from, long times, double rate, double p50, double p99, long bad) {
        Mark to = mark();
        double each = Math.max(1, times);
        return new Table.Run(rate, p50, p99, (to.app() - from.app()) / each, (to.pg() - from.pg()) / each, bad);
    }

    static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override public void close() {
        shop.close();
        servers.close();
        provider.close();
    }
}
