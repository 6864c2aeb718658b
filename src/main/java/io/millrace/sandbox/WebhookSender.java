package io.millrace.sandbox;

import io.netty.channel.ChannelOption;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/// Delivers the simulated Stripe's events: signed at each attempt, tried again on anything but 2xx, after waits like
/// Stripe's but compressed.
final class WebhookSender implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookSender.class);
    private static final Duration TICK = Duration.ofMillis(250);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int BATCH = 64;
    private static final int AT_ONCE = 16;
    private static final int CONNECT_TIMEOUT_MS = 1_000;

    private final StripeStore store;
    private final ChaosDial dial;
    private final InstantSource clock;
    private final String secret;
    private final List<Duration> waits;
    private final Supplier<List<String>> urls;
    private final WebClient client;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final AtomicBoolean again = new AtomicBoolean();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile @Nullable Disposable ticking;

    WebhookSender(StripeStore store, ChaosDial dial, InstantSource clock, String secret, List<Duration> waits,
        Supplier<List<String>> urls) {
        this.store = store;
        this.dial = dial;
        this.clock = clock;
        this.secret = secret;
        this.waits = waits;
        this.urls = urls;
        HttpClient http = HttpClient.create(ConnectionProvider.create("sandbox", AT_ONCE * 2))
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS);
        this.client = WebClient.builder().clientConnector(new ReactorClientHttpConnector(http)).build();
    }

    @Override public void start() {
        ticking = Flux.interval(TICK).onBackpressureDrop().subscribe(tick -> wake());
    }

    @Override public void stop() {
        Disposable now = ticking;
        if (now != null) now.dispose();
        ticking = null;
    }

    @Override public boolean isRunning() {
        return ticking != null;
    }

    /// Sends what is due, unless somebody is at it; then that one looks once more.
    void wake() {
        if (ticking == null) return;
        again.set(true);
        if (busy.compareAndSet(false, true)) drain().doFinally(signal -> {
            busy.set(false);
            if (again.get()) wake();
        }).subscribe();
    }

    private Mono<Long> drain() {
        return Mono.defer(() -> {
            again.set(false);
            return store.due(clock.instant(), BATCH).collectList();
        }).flatMap(due -> Flux.fromIterable(due).flatMap(this::send, AT_ONCE).count())
            .expand(sent -> sent < BATCH || ticking == null ? Mono.empty() : store.due(clock.instant(), BATCH)
                .collectList().flatMap(due -> Flux.fromIterable(due).flatMap(this::send, AT_ONCE).count()))
            .reduce(0L, Long::sum)
            .onErrorResume(error -> {
                LOG.debug("sandbox deliveries wait: {}", error.toString());
                return Mono.just(0L);
            });
    }

    private Mono<Integer> send(StripeStore.Delivery delivery) {
        return dial.now().flatMap(chaos -> {
            if (dial.rolls(chaos.drop())) return settle(delivery, 0);
            Mono<Integer> honest = post(delivery.body(), secret).flatMap(status -> settle(delivery, status));
            return dial.rolls(chaos.forge()) ? post(delivery.body(), "whsec_wrong").then(honest) : honest;
        });
    }

    private Mono<Integer> post(String body, String secret) {
        List<String> targets = urls.get();
        String url = targets.get(Math.floorMod(turn.getAndIncrement(), targets.size()));
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String time = Long.toString(clock.instant().getEpochSecond());
        return client.post().uri(url).header("Content-Type", "application/json; charset=utf-8")
            .header("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
            .header("Stripe-Signature", "t=" + time + ",v1=" + sign(time, bytes, secret))
            .bodyValue(bytes).exchangeToMono(response -> response.releaseBody()
                .thenReturn(response.statusCode().value()))
            .timeout(TIMEOUT).onErrorResume(error -> Mono.just(0));
    }

    private Mono<Integer> settle(StripeStore.Delivery delivery, int status) {
        boolean done = status >= 200 && status < 300;
        Instant next = done || delivery.attempts() > waits.size() ? null
            : clock.instant().plus(waits.get(delivery.attempts() - 1));
        return store.delivered(delivery.id(), status == 0 ? "no answer" : Integer.toString(status), next)
            .thenReturn(status);
    }

    /// Written anew, not shared with the shop: a mistake on one side must not be repeated on the other.
    private static String sign(String time, byte[] body, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            byte[] prefix = (time + ".").getBytes(StandardCharsets.UTF_8);
            byte[] signed = new byte[prefix.length + body.length];
            System.arraycopy(prefix, 0, signed, 0, prefix.length);
            System.arraycopy(body, 0, signed, prefix.length, body.length);
            return HexFormat.of().formatHex(mac.doFinal(signed));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
