package io.millrace.bench;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// P7: more buyers than the shop can serve, and fewer again: how many are served, how long those wait, how soon the
/// others are told to come again.
final class Overload {
    /// More than the shop has places for, so that it must refuse.
    private static final int CLIENTS = 400;
    private static final double CALM = 0.5;
    private static final double FLOOD = 3;
    private static final long HIGHEST_US = 120_000_000;

    private final Rig rig;
    private final Table table;
    private final Buying buying;

    Overload(Rig rig, Table table, Buying buying) {
        this.rig = rig;
        this.table = table;
        this.buying = buying;
    }

    /// What came of one stretch of load.
    private static final class Told {
        private final Histogram served = new ConcurrentHistogram(HIGHEST_US, 3);
        private final Histogram refused = new ConcurrentHistogram(HIGHEST_US, 3);
        private final AtomicLong wrong = new AtomicLong();

        boolean hear(Caller.Told answer, long micros) {
            boolean polite = (answer.status() == 503 || answer.status() == 429)
                && !answer.header("Retry-After").isEmpty();
            if (answer.status() == 201) served.recordValue(Math.min(HIGHEST_US, micros));
            else if (polite) refused.recordValue(Math.min(HIGHEST_US, micros));
            else wrong.incrementAndGet();
            return answer.status() == 201 || polite;
        }
    }

    void measure() {
        Load.closed(rig.url(), Buying.BUYERS, Bench.WARM, order(new Told()));
        Load.idle(Bench.IDLE);
        double peak = Load.closed(rig.url(), Buying.BUYERS, Bench.SECONDS, order(new Told())).rate();
        for (double times : List.of(CALM, FLOOD, CALM)) row(peak, times);
    }

    private void row(double peak, double times) {
        Told told = new Told();
        Rig.Mark mark = rig.mark();
        Load.Done done = Load.open(rig.url(), CLIENTS, peak * times, Bench.SECONDS, order(told));
        double served = told.served.getTotalCount() / done.seconds();
        String result = "%s of the peak served, %d refused in %s / %s ms".formatted(Machine.n(served / peak),
            told.refused.getTotalCount(), ms(told.refused, 50), ms(told.refused, 99));
        Table.Run run = rig.run(mark, told.served.getTotalCount(), served,
            told.served.getValueAtPercentile(50) / 1_000.0, told.served.getValueAtPercentile(99) / 1_000.0,
            told.wrong.get());
        table.runs("P7", "orders on delivery at %s of the peak (%s/s), open loop".formatted(Machine.n(times),
            Machine.n(peak)), result, List.of(run));
    }

    private Load.Job order(Told told) {
        return (caller, number) -> {
            long start = System.nanoTime();
            return told.hear(buying.place(caller, buying.goods(1), "cod"), (System.nanoTime() - start) / 1_000);
        };
    }

    private static String ms(Histogram micros, double percentile) {
        return Machine.n(micros.getTotalCount() == 0 ? 0 : micros.getValueAtPercentile(percentile) / 1_000.0);
    }
}
