package io.millrace.bench;

import io.millrace.bench.Table.Run;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/// R13: what a flood of wrong passwords costs those who buy and those who know theirs. Every guess comes from another
/// address for another account, and no limits are set here: what holds is the room for hashing alone.
final class SigningIn {
    private static final int FLOOD_PER_SECOND = 500;
    private static final int FLOOD_CLIENTS = 64;
    private static final int READERS = 16;
    private static final int PEOPLE = 32;
    private static final double SIGN_INS_PER_SECOND = 5;

    private final Rig rig;
    private final Table table;
    private final byte[] right = login("admin@example.com", "millrace-admin", "198.51.100.7");

    SigningIn(Rig rig, Table table) {
        this.rig = rig;
        this.table = table;
    }

    private static byte[] login(String email, String password, String address) {
        byte[] body = "{\"email\":\"%s\",\"password\":\"%s\"}".formatted(email, password)
            .getBytes(StandardCharsets.UTF_8);
        return Caller.request("POST", "/api/v1/auth/login",
            "Content-Type: application/json\r\nX-Forwarded-For: " + address
                + "\r\n",
            body);
    }

    void flood() {
        Load.closed(rig.url(), READERS, Bench.WARM, this::reads);
        Load.open(rig.url(), 4, SIGN_INS_PER_SECOND, Bench.SECONDS, this::signsIn);
        guesses(Bench.WARM);
        Load.idle(Bench.IDLE);
        Run signing = measured(() -> Load.open(rig.url(), PEOPLE, SIGN_INS_PER_SECOND, Bench.SECONDS, this::signsIn));
        List<Run> alone = new ArrayList<>();
        List<Run> beside = new ArrayList<>();
        List<Run> flooded = new ArrayList<>();
        Load.Done bad = null;
        Load.Done good = null;
        for (int i = 0; i < Bench.RUNS; i++) {
            alone.add(measured(this::reading));
            Meanwhile others = new Meanwhile(this::others);
            beside.add(measured(this::reading));
            others.done();
            Meanwhile guesses = new Meanwhile(() -> guesses(Bench.SECONDS));
            Meanwhile people = new Meanwhile(
                () -> Load.open(rig.url(), PEOPLE, SIGN_INS_PER_SECOND, Bench.SECONDS, this::signsIn));
            flooded.add(measured(this::reading));
            bad = guesses.done();
            good = people.done();
        }
        double before = Table.median(alone, Run::rate);
        double kept = Table.median(flooded, Run::rate);
        table.runs("R13", "5 sign-ins a second, no flood", "", List.of(signing));
        table.runs("R13", "catalogue, 16 readers, no flood", "", alone);
        table.runs("R13", "catalogue beside %d requests a second that find nothing".formatted(FLOOD_PER_SECOND),
            Machine.n(Table.median(beside, Run::rate) / before) + " of that without", beside);
        table.runs("R13", "catalogue under %d wrong passwords a second".formatted(FLOOD_PER_SECOND),
            "%s of that without, %s of that beside the others".formatted(Machine.n(kept / before),
                Machine.n(kept / Table.median(beside, Run::rate))),
            flooded);
        told("those wrong passwords: 401, or 503 with Retry-After", Objects.requireNonNull(bad), "");
        told("sign-ins with the right one meanwhile", Objects.requireNonNull(good), Machine.n(100.0 * good.good()
            / Math.max(1, good.good() + good.bad())) + " % got in at once");
    }

    /// A load beside another one.
    private static final class Meanwhile {
        private final AtomicReference<Load.Done> done = new AtomicReference<>();
        private final Thread thread;

        Meanwhile(java.util.function.Supplier<Load.Done> load) {
            thread = Thread.ofPlatform().start(() -> done.set(load.get()));
        }

        Load.Done done() {
            Load.join(thread);
            return Objects.requireNonNull(done.get());
        }
    }

    private Load.Done reading() {
        return Load.closed(rig.url(), READERS, Bench.SECONDS, this::reads);
    }

    private Load.Done others() {
        return Load.open(rig.url(), FLOOD_CLIENTS, FLOOD_PER_SECOND, Bench.SECONDS,
            (caller, number) -> caller.get("/api/v1/nothing", "").status() == 404);
    }

    private Load.Done guesses(double seconds) {
        return Load.open(rig.url(), FLOOD_CLIENTS, FLOOD_PER_SECOND, seconds, (caller, number) -> isNo(caller
            .call(login("nobody-" + number + "@example.com", "wrong horse", "10." + (number >> 16 & 255) + "."
                + (number >> 8 & 255) + "." + (number & 255)))
            .status()));
    }

    private void told(String what, Load.Done done, String result) {
        table.row("R13", what, result, Machine.n((done.good() + done.bad()) / done.seconds()),
            Machine.n(done.p50Ms()) + " / " + Machine.n(done.p99Ms()), "", "");
    }

    private Run measured(java.util.function.Supplier<Load.Done> load) {
        Rig.Mark mark = rig.mark();
        return rig.run(mark, load.get());
    }

    private boolean reads(Caller caller, long number) {
        String product = rig.products.get((int) (number * 7 % rig.products.size()));
        return caller.get("/api/v1/products/" + product, Rig.CHANNEL).status() == 200;
    }

    private boolean signsIn(Caller caller, long number) {
        return caller.call(right).status() == 200;
    }

    private static boolean isNo(int status) {
        return status == 401 || status == 503;
    }
}
