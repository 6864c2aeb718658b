package io.millrace.payment;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.jobs.CrashPoint;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Mono;

/// Takes deliveries in: proven over the raw bytes, stored as they came, then settled. What cannot be settled now stays
/// pending, the sender hears "later", and the sweep drives it again on its own.
final class WebhookIntake {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookIntake.class);
    private static final Duration AGAIN_FIRST = Duration.ofSeconds(5);
    private static final Duration AGAIN_MAX = Duration.ofMinutes(30);

    private final WebhookInbox inbox;
    private final Settling settling;
    private final Reviews reviews;
    private final Providers providers;
    private final MeterRegistry meters;
    private final InstantSource clock;

    WebhookIntake(WebhookInbox inbox, Settling settling, Reviews reviews, Providers providers, MeterRegistry meters,
        InstantSource clock) {
        this.inbox = inbox;
        this.settling = settling;
        this.reviews = reviews;
        this.providers = providers;
        this.meters = meters;
        this.clock = clock;
    }

    /// What became of a delivery; only FORGED and LATER are not the sender's success.
    enum Taken { SETTLED, DUPLICATE, IGNORED, QUARANTINED, FORGED, LATER }

    Mono<Taken> take(PaymentProvider provider, PaymentProvider.Webhooks webhooks, HttpHeaders headers, byte[] body) {
        Mono<Taken> taken = webhooks.isAuthentic(headers, body, clock.instant())
            ? store(provider, webhooks.read(body), body) : Mono.just(Taken.FORGED);
        return taken.doOnNext(outcome -> meters.counter("millrace.payment.webhooks", "provider", provider.name(),
            "outcome", outcome.name().toLowerCase(java.util.Locale.ROOT)).increment());
    }

    private Mono<Taken> store(PaymentProvider provider, Notice notice, byte[] body) {
        WebhookInbox.Key key = new WebhookInbox.Key(provider.name(), notice.event());
        return inbox.store(key, notice, body, clock.instant()).flatMap(stored -> {
            if (stored.isPending()) return settle(provider, notice, stored, key);
            if (stored.deliveries() > 1) return Mono.just(Taken.DUPLICATE);
            if (stored.status().equals("ignored")) return Mono.just(Taken.IGNORED);
            reviews.alert(provider.name(), notice.event(), "unreadable");
            return Mono.just(Taken.QUARANTINED);
        });
    }

    private Mono<Taken> settle(PaymentProvider provider, Notice notice, WebhookInbox.Stored stored,
        WebhookInbox.Key key) {
        CrashPoint.reach("webhook.after_store");
        return settling.heed(provider, notice, stored.payment(), key).map(WebhookIntake::taken)
            .onErrorResume(error -> {
                LOG.warn("webhook {} {} will be tried again", key.provider(), key.event(), error);
                return Mono.just(Taken.LATER);
            });
    }

    /// Drives a stored delivery again, for the sweep or an admin.
    Mono<Taken> drive(WebhookInbox.Kept kept) {
        PaymentProvider provider = providers.find(kept.key().provider()).orElseThrow();
        Notice notice = provider.webhooks().orElseThrow().read(kept.body());
        return inbox.store(kept.key(), notice, kept.body(), clock.instant())
            .flatMap(stored -> settle(provider, notice, stored, kept.key()))
            .flatMap(taken -> taken == Taken.LATER
                ? inbox.lookAgain(kept.key(), clock.instant().plus(Backoff.after(AGAIN_FIRST, kept.tries(), AGAIN_MAX)))
                    .thenReturn(taken)
                : Mono.just(taken));
    }

    private static Taken taken(Settlement settlement) {
        return switch (settlement) {
            case Settlement.Settled _ -> Taken.SETTLED;
            case Settlement.Quarantined _ -> Taken.QUARANTINED;
            case Settlement.Absent() -> Taken.IGNORED;
            case Settlement.Unsure() -> Taken.LATER;
        };
    }
}
