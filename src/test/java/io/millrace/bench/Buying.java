package io.millrace.bench;

import io.millrace.bench.Table.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// P3, P4, P8 and P12: orders placed and paid, one article that everybody wants, and the provider's letters.
final class Buying {
    static final int BUYERS = 32;
    /// As many as are let in at once; more would measure how fast the others are refused (P7 does).
    private static final int CROWD = 200;
    private static final int POSTMEN = 32;
    private static final Pattern INTENT = Pattern.compile("\"provider_reference\":\"([^\"]+)\"");
    private static final String WHO = """
        "contact":{"name":"Load Tester","email":"load@example.com","phone":"+15055550123"},\
        "shipping_method":"standard","shipping_address":{"name":"Load Tester","line1":"1 River Road","city":"Pecos",\
        "country":"US"}}""";

    private final Rig rig;
    private final Table table;

    Buying(Rig rig, Table table) {
        this.rig = rig;
        this.table = table;
    }

    /// An order of three goods, its payment opened at the provider, the provider's letter: paid.
    boolean buy(Caller caller) {
        Caller.Told placed = place(caller, goods(3), "stripe");
        Matcher intent = INTENT.matcher(placed.text());
        if (placed.status() != 201 || !intent.find()) return false;
        return caller.call(Provider.delivery(rig.provider.paid(intent.group(1)), Provider.SECRET)).status() == 200;
    }

    Caller.Told place(Caller caller, List<String> variants, String method) {
        StringBuilder items = new StringBuilder();
        for (String variant : variants)
            items.append(items.isEmpty() ? "" : ",").append("{\"variant_id\":\"")
                .append(variant).append("\",\"quantity\":1}");
        return caller.post("/api/v1/orders", Rig.CHANNEL + "Idempotency-Key: " + UUID.randomUUID() + "\r\n",
            "{\"items\":[" + items + "],\"payment_method\":\"" + method + "\"," + WHO);
    }

    List<String> goods(int count) {
        return ThreadLocalRandom.current().ints(0, rig.variants.size()).distinct().limit(count)
            .mapToObj(rig.variants::get).toList();
    }

    /// P6: what PostgreSQL alone does with the statements of these orders, measured before they are counted below.
    private double floor(java.nio.file.Path scratch) {
        try {
            List<Run> floor = new Replay(rig, this, scratch).measure();
            if (floor.isEmpty()) table.note("P6", "the same statements by pgbench", "pgbench not installed");
            else
                table.runs("P6", "the statements of 24 such orders replayed by pgbench -M prepared, 8 clients",
                    "floor",
                    floor);
            return Table.median(floor, Run::rate);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    void checkout(java.nio.file.Path scratch) {
        Load.closed(rig.url(), BUYERS, Bench.WARM, (caller, number) -> buy(caller));
        Load.idle(Bench.IDLE);
        double floor = floor(scratch);
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < Bench.RUNS; i++) {
            Rig.Mark mark = rig.mark();
            runs.add(rig.run(mark, Load.closed(rig.url(), BUYERS, Bench.SECONDS, (caller, number) -> buy(caller))));
        }
        // counting has a price too, so it has a run of its own
        rig.counting(true);
        long orders = Load.closed(rig.url(), BUYERS, Bench.SECONDS, (caller, number) -> buy(caller)).good();
        rig.counting(false);
        List<Map<String, Object>> statements = statements(orders);
        double trips = statements.stream().mapToDouble(row -> number(row, "per_order")).sum();
        table.runs("P3", "order of 3 → payment opened → webhook → paid, closed loop of " + BUYERS,
            Machine.n(trips) + " SQL statements per order", runs);
        if (floor > 0) table.note("P6", "P3 of the replay", Machine.n(Table.median(runs, Run::rate) / floor));
        double rate = Table.median(runs, Run::rate) * 0.6;
        Rig.Mark mark = rig.mark();
        Load.Done open = Load.open(rig.url(), 2 * BUYERS, rate, Bench.SECONDS, (caller, number) -> buy(caller));
        table.runs("P3", "the same at 60 % of that, open loop", "", List.of(rig.run(mark, open)));
        table.note("P12", "RSS after P3 (" + Rig.JVM + ")",
            Machine.n(Machine.kib(rig.pid(), "VmRSS") / 1024.0) + " MiB");
        System.out.println();
        for (Map<String, Object> row : statements)
            System.out.printf("%8.3f per order %8.0f us + %5.0f us planning  %s%n",
                number(row, "per_order"), number(row, "mean_us"), number(row, "plan_us"),
                String.valueOf(row.get("query")).replaceAll("\\s+", " ")
                    .transform(text -> text.substring(0, Math.min(110, text.length()))));
        System.out.println();
    }

    private List<Map<String, Object>> statements(long orders) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (var row : rig.database.rows("""
            select query, calls::float8 / ? as per_order, mean_exec_time * 1000 as mean_us,
                   mean_plan_time * plans / calls * 1000 as plan_us
              from pg_stat_statements s join pg_database d on d.oid = s.dbid
             where d.datname = current_database() and calls > ? and query not like '%pg_stat_statements%'
             order by calls desc""", orders, orders / 20)) rows.add(new java.util.HashMap<>(row));
        return rows;
    }

    private static double number(Map<String, Object> row, String column) {
        return row.get(column) instanceof Number number ? number.doubleValue() : 0;
    }

    /// No door only holds: each hold here is a whole order on delivery, of one piece of the same article.
    void hot() {
        List<String> hot = List.of(rig.variants.getFirst());
        Load.Job one = (caller, number) -> place(caller, hot, "cod").status() == 201;
        Load.closed(rig.url(), CROWD, Bench.WARM, one);
        Load.idle(Bench.IDLE);
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < Bench.RUNS; i++) {
            Rig.Mark mark = rig.mark();
            runs.add(rig.run(mark, Load.closed(rig.url(), CROWD, Bench.SECONDS, one)));
        }
        Load.Job spread = (caller, number) -> place(caller, goods(1), "cod").status() == 201;
        Rig.Mark mark = rig.mark();
        Run calm = rig.run(mark, Load.closed(rig.url(), CROWD, Bench.SECONDS, spread));
        table.runs("P4", "order of one hot SKU, on delivery, " + CROWD + " clients",
            Machine.n(Table.median(runs, Run::rate) / calm.rate()) + " of spread goods", runs);
        table.runs("P4", "the same of " + Machine.n(Rig.GOODS) + " SKUs", "floor", List.of(calm));
    }

    /// Letters of another program's intents and of kinds we keep only: proven, stored, answered. A tenth is forged, a
    /// fifth was delivered before.
    void webhooks() {
        Load.Job job = (caller, number) -> {
            long event = number % 10 < 8 ? number : number - 8;
            boolean forged = number % 10 == 7;
            String letter = Provider.letter("evt_b" + Bench.STARTED + "_" + event, "charge.succeeded",
                "{\"id\":\"ch_" + event + "\",\"amount\":1000,\"currency\":\"usd\"}");
            int status = caller.call(Provider.delivery(letter, forged ? "whsec_wrong" : Provider.SECRET)).status();
            return forged ? status == 401 : status == 200;
        };
        long[] base = {0};
        Load.Job fresh = (caller, number) -> job.run(caller, base[0] + number);
        base[0] = 1_000_000;
        Load.closed(rig.url(), POSTMEN, Bench.WARM, fresh);
        Load.idle(Bench.IDLE);
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < Bench.RUNS; i++) {
            base[0] += 10_000_000;
            Rig.Mark mark = rig.mark();
            runs.add(rig.run(mark, Load.closed(rig.url(), POSTMEN, Bench.SECONDS, fresh)));
        }
        table.runs("P8", "webhook intake, 10 % forged, 20 % repeated", "proven, stored, answered", runs);
    }
}
