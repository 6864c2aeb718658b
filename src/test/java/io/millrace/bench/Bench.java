package io.millrace.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// P1-P12 and R13 of the goals, each beside its floor, in one table: `mvn -Pbench -Dquick test`. What can be set is in
/// `docs/speed.md`.
///
/// The load runs on the same cores as the shop and its servers, so ratios and CPU per request say more than rates.
class Bench {
    static final int SECONDS = Integer.getInteger("bench.seconds", 10);
    static final int WARM = Integer.getInteger("bench.warm", 20);
    static final int IDLE = Integer.getInteger("bench.idle", 5);
    static final int RUNS = Integer.getInteger("bench.runs", 3);
    static final String STARTED = Long.toString(System.currentTimeMillis(), 36);
    private static final Set<String> ONLY = new TreeSet<>(Arrays.asList(System.getProperty("bench.only", "")
        .split(",")));

    public static void main(String[] arguments) throws IOException {
        new Bench().table();
        System.exit(0);
    }

    @Test void table() throws IOException {
        // without Spring Boot nobody told Logback to be brief, and 10,000 streams at DEBUG would be what is measured
        ((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger("ROOT"))
            .setLevel(ch.qos.logback.classic.Level.WARN);
        Table table = new Table();
        Path scratch = Files.createTempDirectory(Files.createDirectories(Path.of("target")).toAbsolutePath(), "bench");
        String before = Machine.load();
        try (Rig rig = new Rig()) {
            rig.fill();
            System.out.println(rig.products.size() + " goods, shop is process " + rig.pid());
            if (wanted("P1")) new Reading(rig, table, scratch).hot();
            if (wanted("P2")) new Reading(rig, table, scratch).uncached();
            Buying buying = new Buying(rig, table);
            if (wanted("P3") || wanted("P6")) buying.checkout(scratch);
            if (wanted("P4")) buying.hot();
            if (wanted("P7")) new Overload(rig, table, buying).measure();
            if (wanted("P8")) buying.webhooks();
            if (wanted("R13")) new SigningIn(rig, table).flood();
            if (wanted("P9") || wanted("P10")) {
                rig.reopen();
                new Streaming(rig, table, buying).measure(wanted("P9"), wanted("P10"));
            }
            rig.shop.close();
            Starting starting = new Starting(rig, table, scratch);
            if (wanted("P5")) starting.hotPool();
            if (wanted("P11")) starting.measure();
        }
        String head = "%s, %d cores, JDK %s, load average %s before and %s after; each run %d s after %d s of warm-up, "
            .formatted(Machine.cpu(), Runtime.getRuntime().availableProcessors(), Runtime.version(), before,
                Machine.load(), SECONDS, WARM)
            + "median of " + RUNS + " runs (min-max)\n\n";
        Files.writeString(Path.of("target", "speed.md"), head + table);
        System.out.println("\n" + head + table);
    }

    private static boolean wanted(String goal) {
        return ONLY.contains("") || ONLY.contains(goal);
    }
}
