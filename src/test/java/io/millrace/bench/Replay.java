package io.millrace.bench;

import io.millrace.bench.Table.Run;
import io.millrace.testing.Eventually;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// P6: the statements of a few dozen real orders, taken with their values from PostgreSQL's own log and replayed by
/// pgbench as often as it can: the same SQL, the same values, but new ids in place of those the orders made. Plans are
/// made once, as for the shop's own connections; else planning would be most of what is measured.
final class Replay {
    /// Few enough that each client has planned all of them early in a run, enough that they rarely meet on one row.
    private static final int ORDERS = 24;
    private static final int CLIENTS = 8;
    private static final Pattern EXECUTED =
        Pattern.compile("\\[(\\d+)] LOG:  duration: [\\d.]+ ms  execute [^:]+: (.*)",
            Pattern.DOTALL);
    private static final Pattern BOUND = Pattern.compile("DETAIL:  [Pp]arameters: (.*)", Pattern.DOTALL);
    private static final Pattern VALUE = Pattern.compile("\\$(\\d+) = (NULL|'((?:[^']++|'')*+)')(?:, (?=\\$)|$)");
    /// Ids of version 7, and the intents of the bench's own provider.
    private static final Pattern MINTED =
        Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|pi_bench[0-9a-z]+");
    /// What runs beside the requests: the relay, the sweeps, the consumers.
    private static final Pattern BESIDE = Pattern.compile(
        "(?i)jobs\\.leases|messaging\\.inbox|messaging\\.heard|listen |delete from messaging|storefront\\."
            + "|from messaging.outbox|set look_at = \\$1|sandbox\\.|^select jsonb_build_object|^with orphans"
            + "|where state = 'held' and expires_at");

    private final Rig rig;
    private final Buying buying;
    private final Path scratch;
    private final Map<String, List<String>> types = new HashMap<>();

    Replay(Rig rig, Buying buying, Path scratch) {
        this.rig = rig;
        this.buying = buying;
        this.scratch = scratch;
    }

    private record Executed(String sql, Map<Integer, String> binds) {}

    List<Run> measure() throws IOException {
        if (!Machine.has("pgbench")) return List.of();
        Path log = Path.of((String) String.valueOf(rig.database.value("show data_directory"))).resolveSibling(
            "server.log");
        List<Path> scripts = new ArrayList<>();
        rig.database.execute("alter system set log_min_duration_statement = 0");
        rig.database.execute("select pg_reload_conf()");
        Load.idle(1);
        try (Caller caller = new Caller(rig.url())) {
            for (int i = 0; i < ORDERS; i++) {
                long from = Files.size(log);
                if (!buying.buy(caller)) throw new IllegalStateException("an order failed");
                Eventually.holds("the log is written", () -> text(log, from).contains("webhook_settled"));
                scripts.add(script(i, statements(text(log, from))));
            }
        } finally {
            rig.database.execute("alter system reset log_min_duration_statement");
            rig.database.execute("select pg_reload_conf()");
        }
        System.out.println("replayed: " + Files.readAllLines(scripts.getFirst()).stream()
            .map(line -> line.substring(0, Math.min(120, line.length()))).toList());
        rig.quiet();
        Pgbench.alone(rig, Bench.SECONDS, scripts.subList(0, 1)).forEach(line -> System.out.println(
            line.substring(0, Math.min(150, line.length()))));
        Pgbench.run(rig, CLIENTS, 3, scripts, Map.of());
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < Bench.RUNS; i++) runs.add(Pgbench.run(rig, CLIENTS, Bench.SECONDS, scripts, Map.of()));
        return runs;
    }

    private static String text(Path log, long from) throws IOException {
        try (var in = Files.newInputStream(log)) {
            in.skipNBytes(from);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<Executed> statements(String log) {
        List<Executed> statements = new ArrayList<>();
        String pending = null;
        // a record begins with its time; lines that go on are indented
        for (String entry : log.split("\n(?=\\d{4}-\\d\\d-\\d\\d )")) {
            Matcher executed = EXECUTED.matcher(entry.strip());
            Matcher bound = BOUND.matcher(entry.strip());
            if (executed.find()) {
                if (pending != null) statements.add(new Executed(pending, Map.of()));
                pending = executed.group(2).replace("\n\t", "\n");
            } else if (bound.find() && pending != null) {
                Map<Integer, String> binds = new HashMap<>();
                for (Matcher value = VALUE.matcher(bound.group(1).replace("\n\t", "\n")); value.find();)
                    binds.put(Integer.parseInt(value.group(1)), value.group(2).equals("NULL") ? "\0"
                        : value.group(3).replace("''", "'"));
                statements.add(new Executed(pending, binds));
                pending = null;
            }
        }
        return statements.stream().filter(one -> !BESIDE.matcher(one.sql().replaceFirst("(?s)with.*", "with"))
            .find() && !BESIDE.matcher(one.sql()).find()).toList();
    }

    /// Ids that one order's statements made get a number of the run in their last twelve digits.
    private Path script(int order, List<Executed> statements) throws IOException {
        StringBuilder text = new StringBuilder("\\set k random(100000000000, 999999999999)\n");
        for (Executed statement : statements) {
            Matcher place = Pattern.compile("\\$(\\d+)").matcher(statement.sql().replaceAll("\\s+", " "));
            StringBuilder sql = new StringBuilder();
            while (place.find()) {
                int number = Integer.parseInt(place.group(1));
                String value = statement.binds().getOrDefault(number, "\0");
                place.appendReplacement(sql, Matcher.quoteReplacement(expression(value,
                    types(statement.sql()).get(number - 1))));
            }
            place.appendTail(sql);
            text.append(sql).append(";\n");
        }
        return Files.writeString(scratch.resolve("order" + order + ".sql"), text.toString());
    }

    private String expression(String value, String type) {
        if (value.equals("\0")) return "null";
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (Matcher id = MINTED.matcher(value); id.find();) {
            if (isOld(id.group())) continue;
            String kept = id.group().startsWith("pi_") ? id.group() + "x" : id.group().substring(0, 24);
            parts.add(literal(value.substring(from, id.start()) + kept));
            parts.add(":k::bigint::text");
            from = id.end();
        }
        if (from < value.length() || parts.isEmpty()) parts.add(literal(value.substring(from)));
        return "(" + String.join(" || ", parts) + ")::" + type;
    }

    /// Without colons: pgbench would take a word behind one for a variable, and it looks each of those up by name.
    private static String literal(String text) {
        return "E'" + text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a") + "'";
    }

    /// What PostgreSQL takes each place of a statement for; text that is put together must be cast to it.
    private List<String> types(String sql) {
        return types.computeIfAbsent(sql, text -> {
            try (Connection connection = rig.database.connect(); Statement statement = connection.createStatement()) {
                statement.execute("prepare asked as " + text);
                ResultSet row = statement.executeQuery(
                    "select parameter_types::text[] as types from pg_prepared_statements where name = 'asked'");
                row.next();
                return List.of((String[]) row.getArray(1).getArray());
            } catch (SQLException e) {
                throw new IllegalStateException(text, e);
            }
        });
    }

    private boolean isOld(String id) {
        return rig.variants.contains(id) || rig.products.contains(id) || rig.pools.contains(id);
    }
}
