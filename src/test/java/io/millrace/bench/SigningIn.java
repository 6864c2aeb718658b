package io.millrace.bench;

import io.millrace.bench.Table.Run;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/// R13: what a flood of wrong passwords costs those who buy and those who know theirs. No limits are set here, as if
/// every guess came from another address for another account: what holds is the bounded room for hashing alone.
final class SigningIn {
    private static final int FLOOD_PER_SECOND = 500;
    private static final int FLOOD_CLIENTS = 400;
    private static final int READERS = 16;
    private static final double SIGN_INS_PER_SECOND = 5;

    private final Rig rig;
    private final Table table;
    private final byte[] right = login("admin@example.com", "millrace-admin");

    SigningIn(Rig rig, Table table) {
        this.rig = rig;
        this.table = table;
    }

    private static byte[] login(String email, String password) {
        byte[] body = "{\"email\":\"%s\",\"password\":\"%s\"}".formatted(email, password)
            .getBytes(StandardCharsets.UTF_8);
        return Caller.request("POST", "/api/v1/auth/login", "Content-Type: application/json\r\n", body);
    }

    void flood() {
        Load.closed(rig.url(), READERS, Bench.WARM, this::reads);
        Load.open(rig.url(), 4, SIGN_INS_PER_SECOND, Bench.SECONDS, this::signsIn);
        Load.idle(Bench.IDLE);
        Run reading = measured(() -> Load.closed(rig.url(), READERS, Bench.SECONDS, this::reads));
        Run signing = measured(() -> Load.open(rig.url(), 8, SIGN_INS_PER_SECOND, Bench.SECONDS, this::signsIn));
        table.runs("R13", "catalogue, 16 readers, no flood", "", List.of(reading));
        table.runs("R13", "5 sign-ins a second, no flood", "", List.of(signing));
        AtomicReference<Load.Done> good = new AtomicReference<>();
        AtomicReference<Load.Done> bad = new AtomicReference<>();
        Thread guesses = Thread.ofPlatform().start(() -> bad.set(Load.open(rig.url(), FLOOD_CLIENTS, FLOOD_PER_SECOND,
            Bench.SECONDS, (caller, number) -> isNo(caller.call(login("nobody-" + number + "@example.com",
                "wrong horse")).status()))));
        Thread people = Thread.ofPlatform().start(() -> good.set(Load.open(rig.url(), 8, SIGN_INS_PER_SECOND,
            Bench.SECONDS, this::signsIn)));
        Run flooded = measured(() -> Load.closed(rig.url(), READERS, Bench.SECONDS, this::reads));
        Load.join(guesses);
        Load.join(people);
        table.runs("R13", "catalogue under %d wrong passwords a second".formatted(FLOOD_PER_SECOND),
            Machine.n(flooded.rate() / reading.rate()) + " of that without", List.of(flooded));
        Load.Done signedIn = Objects.requireNonNull(good.get());
        told("those wrong passwords: 401, or 503 with Retry-After", Objects.requireNonNull(bad.get()), "");
        told("sign-ins with the right one meanwhile", signedIn, Machine.n(100.0 * signedIn.good()
            / Math.max(1, signedIn.good() + signedIn.bad())) + " % got in at once");
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
