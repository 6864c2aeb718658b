package io.millrace.bench;

import io.millrace.bench.Table.Run;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// SQL without an application: what PostgreSQL and its clients' loop alone can do.
final class Pgbench {
    private Pgbench() {}

    /// Runs the scripts in random turn, with plans that are made once a connection.
    static Run run(Rig rig, int clients, int seconds, List<Path> scripts, Map<String, String> values) {
        List<String> command = command(rig, clients, seconds, scripts);
        values.forEach((name, value) -> command.addAll(command.size() - 1, List.of("-D", name + "=" + value)));
        Rig.Mark mark = rig.mark();
        String out = run(command);
        Matcher tps = Pattern.compile("tps = ([\\d.]+)").matcher(out);
        Matcher count = Pattern.compile("actually processed: (\\d+)").matcher(out);
        Matcher latency = Pattern.compile("latency average = ([\\d.]+)").matcher(out);
        if (!tps.find() || !count.find() || !latency.find() || out.contains("ERROR"))
            System.out.println("pgbench: " + out.lines().limit(12).toList());
        double rate = number(tps);
        double average = number(latency);
        return rig.run(mark, (long) number(count), rate, average, average, out.contains("ERROR") ? 1 : 0);
    }

    /// What each statement of the scripts takes when nobody else is there: its milliseconds, then its text.
    static List<String> alone(Rig rig, int seconds, List<Path> scripts) {
        List<String> command = command(rig, 1, seconds, scripts);
        command.add(1, "-r");
        return run(command).lines().filter(line -> line.matches("\\s+\\d+\\.\\d+\\s+\\d+\\s.*")).map(String::strip)
            .toList();
    }

    private static String run(List<String> command) {
        return Machine.run(command, Map.of("PGOPTIONS", "-c plan_cache_mode=force_generic_plan"));
    }

    private static List<String> command(Rig rig, int clients, int seconds, List<Path> scripts) {
        URI url = URI.create(rig.settings.getOrDefault("spring.r2dbc.url", "").substring("r2dbc:".length()));
        List<String> command = new ArrayList<>(List.of("pgbench", "-n", "-M", "prepared", "-c",
            Integer.toString(clients), "-j", "1", "-T", Integer.toString(seconds), "-h", url.getHost(), "-p",
            Integer.toString(url.getPort()), "-U", url.getUserInfo().split(":")[0]));
        for (Path script : scripts) command.addAll(List.of("-f", script.toString()));
        command.add(url.getPath().substring(1));
        return command;
    }

    private static double number(Matcher matcher) {
        return matcher.hasMatch() ? Double.parseDouble(matcher.group(1)) : 0;
    }
}
