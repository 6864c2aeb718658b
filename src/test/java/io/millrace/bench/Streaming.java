package io.millrace.bench;

import io.millrace.testing.Eventually;
import io.millrace.testing.ShopProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/// P9 and P10: what an open event stream costs while nothing happens, and how soon it tells what happened.
final class Streaming {
    private static final int WIDE = Integer.getInteger("bench.wide", 5_000);
    private static final int STEPS = Integer.getInteger("bench.steps", 3);
    private static final int WATCHED = 1_000;
    private static final double EVENTS_PER_SECOND = 50;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final double SETTLE_SECONDS = 17;
    private static final double MICROS_PER_MS = 1_000.0;

    private final Rig rig;
    private final Table table;
    private final Buying buying;

    /// An order that nobody has paid yet.
    private record Unpaid(String id, String token, String intent) {}

    private record Weight(int streams, double heapKib, double rssKib) {}

    Streaming(Rig rig, Table table, Buying buying) {
        this.rig = rig;
        this.table = table;
        this.buying = buying;
    }

    void measure(boolean idle, boolean latency) {
        try (Caller caller = new Caller(rig.url()); Listeners listeners = new Listeners(rig.url())) {
            List<Unpaid> wide = orders(caller, STEPS);
            List<Unpaid> narrow = orders(caller, WATCHED);
            // the first streams pay for classes and pools that the next ones share
            open(listeners, wide.getFirst(), 200);
            List<Weight> weights = new ArrayList<>(List.of(weigh(listeners.open())));
            for (Unpaid order : wide) {
                open(listeners, order, WIDE);
                Load.idle(SETTLE_SECONDS);
                weights.add(weigh(listeners.open()));
            }
            if (idle) slope(weights, listeners);
            if (latency) unicast(listeners, narrow);
            if (latency) fan(listeners, wide);
        }
    }

    private List<Unpaid> orders(Caller caller, int count) {
        List<Unpaid> orders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String placed = buying.place(caller, buying.goods(1), "stripe").text();
            orders.add(new Unpaid(find(placed, "\"data\":\\{\"id\":\"([^\"]+)\""), find(placed,
                "\"order_token\":\"([^\"]+)\""), find(placed, "\"provider_reference\":\"([^\"]+)\"")));
        }
        return orders;
    }

    private static String find(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        if (!matcher.find()) throw new IllegalStateException("no " + pattern + " in " + text);
        return matcher.group(1);
    }

    private static void open(Listeners listeners, Unpaid order, int count) {
        int all = listeners.open() + listeners.refused() + count;
        for (int i = 0; i < count; i++) listeners.open(order.id(), order.token());
        Eventually.holds("streams are open", PATIENCE, () -> listeners.open() + listeners.refused() >= all);
    }

    private Weight weigh(int streams) {
        String tool = Path.of(ShopProcess.java()).resolveSibling("jcmd").toString();
        String heap = Machine.run(List.of(tool, Long.toString(rig.pid()), "GC.class_histogram"));
        String total = heap.lines().filter(line -> line.startsWith("Total")).findFirst().orElse("Total 0 0");
        double bytes = Double.parseDouble(total.strip().split("\\s+")[2]);
        return new Weight(streams, bytes / 1024, Machine.kib(rig.pid(), "VmRSS"));
    }

    /// Least squares: what one more stream costs.
    private void slope(List<Weight> weights, Listeners listeners) {
        String at = weights.stream().map(weight -> Machine.n(weight.streams()) + ": " + Machine.n(weight.heapKib()
            / 1024) + " / " + Machine.n(weight.rssKib() / 1024)).toList().toString();
        table.note("P9", "idle streams, slope over live heap / RSS in MiB at " + at, "heap " + Machine.n(slope(weights,
            true)) + " KiB, RSS " + Machine.n(slope(weights, false)) + " KiB per stream; " + listeners.refused()
            + " refused");
        Rig.Mark from = rig.mark();
        Load.idle(SETTLE_SECONDS);
        Rig.Mark to = rig.mark();
        table.note("P9", "CPU of " + Machine.n(listeners.open()) + " idle streams with their heartbeats (15 s)",
            Machine.n((to.app() - from.app()) / 1e4 / ((to.nanos() - from.nanos()) / 1e9)) + " % of a core");
    }

    private static double slope(List<Weight> weights, boolean heap) {
        double n = weights.size();
        double x = weights.stream().mapToDouble(Weight::streams).sum() / n;
        double y = weights.stream().mapToDouble(weight -> heap ? weight.heapKib() : weight.rssKib()).sum() / n;
        double up = 0;
        double down = 0;
        for (Weight weight : weights) {
            up += (weight.streams() - x) * ((heap ? weight.heapKib() : weight.rssKib()) - y);
            down += (weight.streams() - x) * (weight.streams() - x);
        }
        return down == 0 ? 0 : up / down;
    }

    /// From the answer to the provider's letter, which is sent when the payment is committed, to the listener.
    private void unicast(Listeners listeners, List<Unpaid> orders) {
        int all = listeners.open() + listeners.refused() + orders.size();
        for (Unpaid order : orders) listeners.open(order.id(), order.token());
        Eventually.holds("streams are open", PATIENCE, () -> listeners.open() + listeners.refused() >= all);
        Histogram afterCommit = new Histogram(60_000_000, 3);
        Histogram afterLetter = new Histogram(60_000_000, 3);
        long[] asked = new long[orders.size()];
        long[] done = new long[orders.size()];
        Rig.Mark mark = rig.mark();
        Load.Done paid =
            Load.open(rig.url(), 16, EVENTS_PER_SECOND, orders.size() / EVENTS_PER_SECOND, (own, number) -> {
                byte[] letter =
                    Provider.delivery(rig.provider.paid(orders.get((int) number).intent()), Provider.SECRET);
                asked[(int) number] = System.nanoTime();
                int status = own.call(letter).status();
                done[(int) number] = System.nanoTime();
                return status == 200;
            });
        Eventually.holds("all heard", PATIENCE, () -> orders.stream().allMatch(
            order -> !listeners.heard(order.id()).isEmpty()));
        for (int i = 0; i < orders.size(); i++) {
            long heard = listeners.heard(orders.get(i).id()).getFirst();
            afterCommit.recordValue(Math.max(0, heard - done[i]) / 1_000);
            afterLetter.recordValue(Math.max(0, heard - asked[i]) / 1_000);
        }
        table.runs("P10", Machine.n(EVENTS_PER_SECOND) + " orders paid a second, each watched by one, "
            + Machine.n(listeners.open()) + " connected: webhook answered → heard",
            "webhook sent → heard "
                + Machine.n(afterLetter.getValueAtPercentile(50) / MICROS_PER_MS) + " / "
                + Machine.n(afterLetter.getValueAtPercentile(99) / MICROS_PER_MS) + " ms",
            List.of(rig.run(mark, paid.good(), paid.rate(), afterCommit.getValueAtPercentile(50) / MICROS_PER_MS,
                afterCommit.getValueAtPercentile(99) / MICROS_PER_MS, paid.bad())));
    }

    /// On a line of its own: one that was quiet for so long would have been closed.
    private void pay(byte[] letter) {
        try (Caller caller = new Caller(rig.url())) {
            caller.call(letter);
        }
    }

    private void fan(Listeners listeners, List<Unpaid> orders) {
        List<Double> last = new ArrayList<>();
        List<Double> p99 = new ArrayList<>();
        for (Unpaid order : orders) {
            byte[] letter = Provider.delivery(rig.provider.paid(order.intent()), Provider.SECRET);
            pay(letter);
            long answered = System.nanoTime();
            Eventually.holds("all heard", PATIENCE, () -> listeners.heard(order.id()).size() >= WIDE);
            List<Double> all = listeners.heard(order.id()).stream().map(at -> (at - answered) / 1e6).sorted().toList();
            last.add(all.getLast());
            p99.add(all.get(all.size() * 99 / 100));
            Load.idle(2);
        }
        table.note("P10", "one order watched by " + Machine.n(WIDE) + ": webhook answered → heard",
            "p99 " + Table.range(p99) + " ms, the last " + Table.range(last) + " ms");
    }
}
