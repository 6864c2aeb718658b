package io.millrace.bench;

import io.millrace.testing.ProductionSettings;
import io.millrace.testing.ShopProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// P11: from `exec` to the first "ready", of the production jar as docs/operations.md starts it, on servers that run.
final class Starting {
    private static final int STARTS = Integer.getInteger("bench.starts", 5);
    private static final Duration LEAVE = Duration.ofSeconds(30);

    private final Rig rig;
    private final Table table;
    private final Path scratch;

    Starting(Rig rig, Table table, Path scratch) {
        this.rig = rig;
        this.table = table;
        this.scratch = scratch;
    }

    private record Start(double seconds, double cpuSeconds, double rssMib) {}

    void measure() throws IOException {
        Path jar = jar();
        if (jar == null) {
            table.note("P11", "start to ready", "no jar in target/: mvn package -DskipTests first");
            return;
        }
        Map<String, String> settings = new LinkedHashMap<>(ProductionSettings.all());
        settings.putAll(rig.servers.freshShop());
        Path app = scratch.resolve("app");
        Machine.run(List.of(ShopProcess.java(), "-Djarmode=tools", "-jar", jar.toAbsolutePath().toString(), "extract",
            "--destination", app.toString()));
        Path main = app.resolve(jar.getFileName());
        Path cache = scratch.resolve("millrace.aot");
        row("plain, the jar as it is", starts(settings, List.of("-jar", jar.toAbsolutePath().toString())));
        List<String> extracted = List.of("--enable-native-access=ALL-UNNAMED", "-jar", main.toString());
        row("plain, extracted", starts(settings, extracted));
        start(settings, with("-XX:AOTCacheOutput=" + cache, extracted));
        if (!Files.exists(cache)) {
            table.note("P11", "AOT cache", "no cache was written");
            return;
        }
        row("AOT cache, " + Machine.n(Files.size(cache) / 1048576.0) + " MiB",
            starts(settings, with("-XX:AOTCache=" + cache, extracted)));
        row("AOT cache and -XX:TieredStopAtLevel=1 (slower later)",
            starts(settings, with("-XX:TieredStopAtLevel=1", with("-XX:AOTCache=" + cache, extracted))));
    }

    private void row(String what, List<Start> starts) {
        table.note("P11", "start to ready, " + what, Table.range(starts.stream().map(Start::seconds).toList()) + " s, "
            + Table.range(starts.stream().map(Start::cpuSeconds).toList()) + " s of CPU, RSS "
            + Table.range(starts.stream().map(Start::rssMib).toList()) + " MiB");
    }

    private static List<String> with(String flag, List<String> arguments) {
        return Stream.concat(Stream.of(flag), arguments.stream()).toList();
    }

    private static List<Start> starts(Map<String, String> settings, List<String> arguments) {
        start(settings, arguments); // the first also migrates, and fills the page cache
        List<Start> starts = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) starts.add(start(settings, arguments));
        return starts;
    }

    private static Start start(Map<String, String> settings, List<String> arguments) {
        List<String> command = Stream.of(List.of(ShopProcess.java(), "-Xmx512m"), arguments).flatMap(List::stream)
            .toList();
        long begin = System.nanoTime();
        try (ShopProcess shop = ShopProcess.launch(command, settings).awaitReady()) {
            double seconds = (System.nanoTime() - begin) / 1e9;
            Start start = new Start(seconds, Machine.cpuMicros(shop.process().pid(), false) / 1e6,
                Machine.kib(shop.process().pid(), "VmRSS") / 1024.0);
            shop.terminate();
            shop.awaitExit(LEAVE);
            return start;
        }
    }

    private static @org.jspecify.annotations.Nullable Path jar() throws IOException {
        String given = System.getProperty("bench.jar", "");
        if (!given.isEmpty()) return Path.of(given);
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.getFileName().toString().matches("millrace-.*\\.jar")).findFirst()
                .orElse(null);
        }
    }

    /// P5 has a bench of its own, beside the lanes it measures; its table is taken as it is.
    static String lanes() {
        return Machine.run(List.of(ShopProcess.java(), "-Xmx1g", "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow", "-Dlogging.level.root=warn", "-Dseconds=" + Bench.SECONDS,
            "-cp", System.getProperty("java.class.path"), "io.millrace.inventory.HotPoolBench"));
    }

    void hotPool() {
        String out = lanes();
        boolean inTable = false;
        for (String line : out.split("\n")) {
            if (line.startsWith("contradictions")) table.note("P5", "oracle", line);
            inTable = inTable && !line.startsWith("contradictions");
            if (inTable && !line.isBlank()) {
                String[] cells = line.strip().split("\\s{2,}|(?<=\\d)\\s+(?=[\\d.,]+)");
                int last = cells.length - 1;
                table.row("P5", String.join(" ", java.util.Arrays.copyOf(cells, Math.max(1, last - 1))) + " clients",
                    cells[last] + " x row", cells[Math.max(0, last - 1)], "", "", "");
            }
            if (line.startsWith("holds per second")) inTable = true;
        }
    }
}
