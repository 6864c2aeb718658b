package io.millrace.sandbox;

import io.millrace.http.Fields;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How badly the outside world behaves. Shares are 0 to 1.
///
/// `duplicate`: deliveries that come twice. `delayMs`: the longest random delay of a delivery. `reorder`: deliveries
/// that let later ones pass. `drop`: attempts that get lost. `forge`: attempts with a bad signature first. `fail`: API
/// calls answered 500 without effect. `lose`: API calls that happened and are answered 500. `seed` makes it repeatable.
/// `lie`: what the identity providers get wrong, one word of [#LIES].
record Chaos(double duplicate, int delayMs, double reorder, double drop, double forge, double fail, double lose,
    long seed, @Nullable String lie) {
    static final Chaos CALM = new Chaos(0, 0, 0, 0, 0, 0, 0, 1, null);
    static final Set<String> LIES = Set.of("aud", "azp", "iss", "iss_parameter", "nonce", "expired", "signature",
        "alg_none", "hs256", "unknown_key", "no_kid", "unverified", "no_email", "no_pkce", "silent", "redirect", "huge",
        "app");
    private static final int DELAY_MS_MAX = 60_000;

    boolean lies(String about) {
        return about.equals(lie);
    }

    /// What a client may say; absent means calm.
    record Wish(@Nullable Double duplicate, @Nullable Integer delayMs, @Nullable Double reorder, @Nullable Double drop,
        @Nullable Double forge, @Nullable Double fail, @Nullable Double lose, @Nullable Long seed,
        @Nullable String lie) {

        Chaos checked() {
            Fields fields = new Fields();
            share(fields, "duplicate", duplicate);
            share(fields, "reorder", reorder);
            share(fields, "drop", drop);
            share(fields, "forge", forge);
            share(fields, "fail", fail);
            share(fields, "lose", lose);
            fields.must("delay_ms", delayMs, ms -> ms >= 0 && ms <= DELAY_MS_MAX, "is 0 to " + DELAY_MS_MAX);
            fields.must("lie", lie, LIES::contains, "is one of " + LIES);
            fields.orRefuse();
            return new Chaos(or(duplicate), delayMs == null ? 0 : delayMs, or(reorder), or(drop), or(forge), or(fail),
                or(lose), seed == null ? 1 : seed, lie);
        }

        private static void share(Fields fields, String name, @Nullable Double share) {
            fields.must(name, share, value -> value >= 0 && value <= 1, "is 0 to 1");
        }

        private static double or(@Nullable Double value) {
            return value == null ? 0 : value;
        }
    }
}
