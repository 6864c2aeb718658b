package io.millrace.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// The rows as they are measured; printed as markdown.
final class Table {
    private final List<String> rows = new ArrayList<>();

    /// One run of something: how many a second and what each cost.
    record Run(double rate, double p50Ms, double p99Ms, double appMicros, double pgMicros, long bad) {}

    Table() {
        rows.add("| goal | what | result | per s (min-max) | p50 / p99 ms | app CPU µs | PG CPU µs | load |");
        rows.add("|---|---|---|---|---|---|---|---|");
    }

    void runs(String goal, String what, String result, List<Run> runs) {
        long bad = runs.stream().mapToLong(Run::bad).sum();
        row(goal, what, bad == 0 ? result : result + " **" + bad + " wrong**", range(runs, Run::rate),
            Machine.n(median(runs, Run::p50Ms)) + " / " + Machine.n(median(runs, Run::p99Ms)),
            Machine.n(median(runs, Run::appMicros)), Machine.n(median(runs, Run::pgMicros)));
    }

    void row(String goal, String what, String result, String rate, String latency, String app, String pg) {
        String row = "| " + String.join(" | ", goal, what, result, rate, latency, app, pg, Machine.load()) + " |";
        rows.add(row);
        System.out.println(row);
    }

    void note(String goal, String what, String result) {
        row(goal, what, result, "", "", "", "");
    }

    static double median(List<Run> runs, ToDoubleFunction<Run> of) {
        return median(runs.stream().mapToDouble(of).boxed().toList());
    }

    static double median(List<Double> numbers) {
        List<Double> sorted = numbers.stream().sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
    }

    static String range(List<Run> runs, ToDoubleFunction<Run> of) {
        return range(runs.stream().mapToDouble(of).boxed().toList());
    }

    static String range(List<Double> numbers) {
        return Machine.n(median(numbers)) + (numbers.size() < 2 ? "" : " (" + Machine.n(numbers.stream()
            .mapToDouble(x -> x).min().orElse(0)) + "-" + Machine.n(
                numbers.stream().mapToDouble(x -> x).max()
                    .orElse(0))
            + ")");
    }

    @Override public String toString() {
        return String.join("\n", rows) + "\n";
    }
}
