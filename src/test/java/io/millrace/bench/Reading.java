package io.millrace.bench;

import io.millrace.bench.Table.Run;
import io.millrace.testing.Eventually;
import io.millrace.testing.ShopProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// P1 and P2: what shoppers read, from memory and from the database.
final class Reading {
    private static final int GOAL_RATE = 30_000;
    private static final int CONNECTIONS = 64;
    private static final int READERS = 32;
    private static final double ZIPF = 1.1;
    private static final int SEQUENCE = 20_000;
    private static final int CONDITIONAL_PERCENT = 20;
    private static final long SEED = 20261120;
    private static final int PRICE_MAX = 40_000;
    private static final String LAST_ID = "ffffffff-ffff-ffff-bfff-ffffffffffff";

    private final Rig rig;
    private final Table table;
    private final Path scratch;

    Reading(Rig rig, Table table, Path scratch) {
        this.rig = rig;
        this.table = table;
        this.scratch = scratch;
    }

    /// P1: 10,000 details, asked for as shoppers do (Zipf 1.1), a fifth of them with the tag they have.
    void hot() throws IOException {
        if (!Machine.has("wrk")) {
            table.note("P1", "hot catalogue GET", "wrk not installed");
            return;
        }
        List<String> paths = rig.products.stream().map(id -> "/api/v1/products/" + id).toList();
        List<byte[]> plain = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        try (Caller caller = new Caller(rig.url())) {
            List<String> tags = paths.stream().map(path -> caller.get(path, Rig.CHANNEL).header("ETag")).toList();
            Random random = new Random(SEED);
            double[] upTo = zipf(paths.size());
            for (int i = 0; i < SEQUENCE; i++) {
                int at = java.util.Arrays.binarySearch(upTo, random.nextDouble());
                int which = Math.min(paths.size() - 1, at < 0 ? -at - 1 : at);
                boolean conditional = random.nextInt(100) < CONDITIONAL_PERCENT;
                lines.add(paths.get(which) + "\t" + (conditional ? tags.get(which) : ""));
                plain.add(Caller.request("GET", paths.get(which), Rig.CHANNEL
                    + (conditional ? "If-None-Match: " + tags.get(which) + "\r\n" : ""), new byte[0]));
            }
        }
        Path list = Files.write(scratch.resolve("paths"), paths);
        Path script = script(Files.write(scratch.resolve("requests"), lines));
        List<Run> floor = floor(list, script);
        wrk(rig.url(), script, CONNECTIONS, Bench.WARM);
        Load.idle(Bench.IDLE);
        List<Run> ours = new ArrayList<>();
        for (int i = 0; i < Bench.RUNS; i++) ours.add(measured(script, CONNECTIONS));
        double ratio = Table.median(ours, Run::rate) / Table.median(floor, Run::rate);
        table.runs("P1", "bare Reactor Netty, the same bytes", "floor", floor);
        table.runs("P1", "hot catalogue GET, wrk -t1 -c64", Machine.n(ratio) + " of the floor", ours);
        // this load is made in Java and needs about as much CPU as the shop, so at the first rate the cores are full
        waits(plain, Table.median(ours, Run::rate) * 0.6, "the same at 60 % of that, open loop");
        waits(plain, GOAL_RATE * 0.6, "at 60 % of the goal's " + GOAL_RATE + "/s, open loop");
    }

    private void waits(List<byte[]> requests, double rate, String what) {
        Rig.Mark mark = rig.mark();
        Load.Done open = Load.open(rig.url(), CONNECTIONS, rate, Bench.SECONDS, (caller, number) -> {
            int status = caller.call(requests.get((int) (number % SEQUENCE))).status();
            return status == 200 || status == 304;
        });
        table.runs("P1", what, "", List.of(rig.run(mark, open)));
    }

    /// How likely the first n of them are, for each n.
    private static double[] zipf(int size) {
        double[] upTo = new double[size];
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += 1 / Math.pow(i + 1, ZIPF);
            upTo[i] = sum;
        }
        for (int i = 0; i < size; i++) upTo[i] /= sum;
        return upTo;
    }

    private List<Run> floor(Path list, Path script) throws IOException {
        Path port = scratch.resolve("floor.port");
        return beside("floor", port, List.of(Floor.class.getName(), rig.url().toString(), list.toString(),
            port.toString()), CONNECTIONS, script);
    }

    /// Another server in a JVM of its own, warmed up and measured as the shop is; it writes its port into the file.
    private List<Run> beside(String name, Path port, List<String> program, int connections, Path script)
        throws IOException {
        List<String> command = new ArrayList<>(List.of(ShopProcess.java(), "-Xms288m", "-Xmx512m",
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
            "-Dlogging.level.root=warn", "-cp", System.getProperty("java.class.path")));
        command.addAll(program);
        Process other = new ProcessBuilder(command).redirectErrorStream(true)
            .redirectOutput(scratch.resolve(name + ".log").toFile()).start();
        try {
            Eventually.holds("the " + name + " listens", Duration.ofMinutes(2), () -> !Machine.read(port).isEmpty());
            URI url = URI.create("http://127.0.0.1:" + Machine.read(port));
            wrk(url, script, connections, Bench.WARM);
            Load.idle(Bench.IDLE);
            List<Run> runs = new ArrayList<>();
            for (int i = 0; i < Bench.RUNS; i++) {
                long cpu = Machine.cpuMicros(other.pid(), false);
                long postgres = Machine.postgresMicros(rig.postmaster);
                Wrk wrk = wrk(url, script, connections, Bench.SECONDS);
                double each = Math.max(1, wrk.requests());
                runs.add(new Run(wrk.rate(), wrk.p50(), wrk.p99(), (Machine.cpuMicros(other.pid(), false) - cpu) / each,
                    (Machine.postgresMicros(rig.postmaster) - postgres) / each, wrk.bad()));
            }
            return runs;
        } finally {
            other.destroy();
        }
    }

    /// P2: every request asks for a page that nobody asked for before: one look into Redis and one statement.
    void uncached() throws IOException {
        if (!Machine.has("wrk")) {
            table.note("P2", "uncached list page", "wrk not installed");
            return;
        }
        Random random = new Random();
        List<Run> ours = new ArrayList<>();
        wrk(rig.url(), script(pages(random)), READERS, Bench.WARM);
        Load.idle(Bench.IDLE);
        for (int i = 0; i < Bench.RUNS; i++) ours.add(measured(script(pages(random)), READERS));
        List<Run> floor = pages();
        String ratio = floor.isEmpty() ? "" : Machine.n(Table.median(ours, Run::rate)
            / Table.median(floor, Run::rate)) + " of the floor";
        if (floor.isEmpty()) table.note("P2", "the same SQL by pgbench", "pgbench not installed");
        else table.runs("P2", "the same SQL by pgbench -M prepared, 8 clients", "floor", floor);
        table.runs("P2", "uncached list page of 20, wrk -t1 -c32", ratio, ours);
        List<Run> peer = peer(random);
        if (peer.isEmpty()) table.note("P2", "Spring MVC, virtual threads and JDBC", "comes with -Pbench");
        else
            table.runs("P2", "the same page and statement by Spring MVC, virtual threads, JDBC and nothing around it",
                "ours is " + Machine.n(Table.median(ours, Run::rate) / Table.median(peer, Run::rate)) + " of it", peer);
    }

    private List<Run> peer(Random random) throws IOException {
        if (Reading.class.getResource("/peer/Peer.class") == null) return List.of();
        Path port = scratch.resolve("peer.port");
        return beside("peer", port, List.of("peer.Peer", rig.settings.getOrDefault("spring.r2dbc.url", ""),
            port.toString()), READERS, script(pages(random)));
    }

    private Path pages(Random random) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            String cursor = "price|" + LAST_ID + "|" + random.nextInt(PRICE_MAX);
            lines.add("/api/v1/products?sort=price&max_price=" + (1_000_000 + random.nextInt(1_000_000)) + "&cursor="
                + Base64.getUrlEncoder().withoutPadding().encodeToString(cursor.getBytes(StandardCharsets.UTF_8))
                + "\t");
        }
        return Files.write(scratch.resolve("requests"), lines);
    }

    private List<Run> pages() throws IOException {
        if (!Machine.has("pgbench")) return List.of();
        Path sql = Files.writeString(scratch.resolve("page.sql"), """
            \\set key random(1, %d)
            \\set max random(100000000, 200000000)
            with page as (select p.card, p.price_key as key, p.id from storefront.products p \
            where p.channel = :channel \
            and p.listed and p.price_minor <= :max and (p.price_key, p.id) > (:key, :id) order by p.price_key, p.id \
            limit :limit) select coalesce(string_agg(card, :sep), '') as cards, count(*)::int as shown, \
            (array_agg(id))[count(*)] as last_id, ((array_agg(key))[count(*)])::text as last_key, 0::bigint as total \
            from page;
            """.formatted(PRICE_MAX));
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < Bench.RUNS; i++)
            runs.add(Pgbench.run(rig, 8, Bench.SECONDS, List.of(sql),
                Map.of("channel", "pecos", "id", LAST_ID, "limit", "20", "sep", ",")));
        return runs;
    }

    private Run measured(Path script, int connections) {
        Rig.Mark mark = rig.mark();
        Wrk wrk = wrk(rig.url(), script, connections, Bench.SECONDS);
        return rig.run(mark, wrk.requests(), wrk.rate(), wrk.p50(), wrk.p99(), wrk.bad());
    }

    private Path script(Path requests) throws IOException {
        return Files.writeString(scratch.resolve("wrk.lua"), """
            local all = {}
            function init(args)
              for line in io.lines("%s") do
                local path, tag = line:match("^([^\\t]*)\\t(.*)$")
                local headers = { ["X-Channel"] = "pecos" }
                if tag ~= "" then headers["If-None-Match"] = tag end
                all[#all + 1] = wrk.format("GET", path, headers)
              end
            end
            local at = 0
            function request()
              at = at %% #all + 1
              return all[at]
            end
            """.formatted(requests.toAbsolutePath()));
    }

    private record Wrk(long requests, double rate, double p50, double p99, long bad) {}

    private static Wrk wrk(URI url, Path script, int connections, int seconds) {
        String out = Machine.run(List.of("wrk", "-t1", "-c" + connections, "-d" + seconds + "s", "--latency", "-s",
            script.toString(), url.toString()));
        double bad = number(out, "Non-2xx or 3xx responses: (\\d+)");
        return new Wrk((long) number(out, "(\\d+) requests in"), number(out, "Requests/sec:\\s+([\\d.]+)"),
            millis(out, "50%"), millis(out, "99%"), (long) bad);
    }

    private static double number(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.find() ? Double.parseDouble(matcher.group(1)) : 0;
    }

    private static double millis(String text, String which) {
        Matcher matcher = Pattern.compile(which + "\\s+([\\d.]+)(us|ms|s)").matcher(text);
        if (!matcher.find()) return 0;
        double value = Double.parseDouble(matcher.group(1));
        return switch (matcher.group(2)) {
            case "us" -> value / 1_000;
            case "ms" -> value;
            default -> value * 1_000;
        };
    }
}
