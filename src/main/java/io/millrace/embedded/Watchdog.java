package io.millrace.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A small shell that is told of every server we start and waits for our end of the pipe to close, which the kernel
/// does however we die. Then it stops those servers, and only those: a new shop may already use the same folder.
final class Watchdog {
    // $1: the folder, found in the command line of every server of ours; process ids alone are used again.
    private static final String SCRIPT = """
            trap '' INT HUP TERM
            folder=$1
            servers=
            ours() { [ ! -r "/proc/$1/cmdline" ] || grep -qaF -- "$folder" "/proc/$1/cmdline"; }
            while read -r pid polite rude; do servers="$servers $pid:$polite:$rude"; done
            for server in $servers; do
                pid=${server%%:*} signals=${server#*:}
                ours "$pid" && kill "-${signals%%:*}" "$pid" 2>/dev/null
            done
            round=0
            while [ $round -lt 8 ]; do
                left=
                for server in $servers; do kill -0 "${server%%:*}" 2>/dev/null && left=1; done
                [ -n "$left" ] || exit 0
                round=$((round + 1))
                sleep 1
            done
            for server in $servers; do
                pid=${server%%:*} signals=${server#*:}
                ours "$pid" && kill "-${signals#*:}" "$pid" 2>/dev/null
            done
            """;

    private final Process process;

    private Watchdog(Process process) {
        this.process = process;
    }

    static Watchdog start(Path folder) throws IOException {
        List<String> line = new ArrayList<>();
        Processes.onPath("setsid").ifPresent(line::add);
        line.addAll(List.of("sh", "-c", SCRIPT, "millrace-watchdog", folder + "/"));
        return new Watchdog(new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start());
    }

    /// From now on this server goes when we go: first by the polite signal, after some seconds by the rude one.
    synchronized void watch(Process server, String polite, String rude) throws IOException {
        OutputStream pipe = process.getOutputStream();
        pipe.write("%d %s %s\n".formatted(server.pid(), polite, rude).getBytes(StandardCharsets.US_ASCII));
        pipe.flush();
    }

    /// Nothing is left to watch.
    void dismiss() {
        process.destroyForcibly();
    }
}
