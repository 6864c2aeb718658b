package io.millrace.payment;

import io.millrace.http.Ids;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Refused;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// The one way up: whatever a provider says, by webhook, by a client's hint or to a sweep, is held against the payment,
/// heard by [Life], and committed with all its consequences as one statement guarded by the payment's version.
final class Settling {
    private final PaymentRows rows;
    private final Providers providers;
    private final Moves moves;
    private final Reviews reviews;
    private final Messaging messaging;
    private final Ids ids;
    private final InstantSource clock;

    Settling(PaymentRows rows, Providers providers, Moves moves, Reviews reviews, Messaging messaging, Ids ids,
        InstantSource clock) {
        this.rows = rows;
        this.providers = providers;
        this.moves = moves;
        this.reviews = reviews;
        this.messaging = messaging;
        this.ids = ids;
        this.clock = clock;
    }

    /// A webhook's matter; `key` is its row in the inbox, settled by the same statement.
    Mono<Settlement> heed(PaymentProvider provider, Notice notice, @Nullable Payment payment, WebhookInbox.Key key) {
        if (notice.live() != provider.live())
            return quarantine(provider, objectOf(notice), payment, "wrong_mode", notice.event(), key);
        return switch (notice.matter()) {
            case Notice.Matter.Paying(var report) -> paying(provider, report, payment, key);
            case Notice.Matter.Refunding(var object, var report) -> payment == null
                ? quarantine(provider, object, null, "unknown_object", notice.event(), key)
                : payment.status().isPaid() ? refunding(payment, report, key)
                    : look(provider, payment, object, null, key);
            case Notice.Matter.Look(var object, var flag) -> payment == null
                ? quarantine(provider, object, null, "unknown_object", notice.event(), key)
                : look(provider, payment, object, flag, key);
            case Notice.Matter.Nothing(),Notice.Matter.Unreadable() -> Mono.just(new Settlement.Absent());
        };
    }

    /// A client's hint is only a reason to ask the provider.
    Mono<Settlement> verify(String providerName, String object) {
        return providers.find(providerName).map(provider -> rows.byObject(providerName, object)
            .flatMap(payment -> look(provider, payment, object, null, null))
            .defaultIfEmpty(new Settlement.Absent()))
            .orElse(Mono.just(new Settlement.Absent()));
    }

    /// A sweep asks about a payment that should have come to something.
    Mono<Settlement> look(Payment payment) {
        String object = payment.object();
        if (object == null) return Mono.just(settled(payment, false));
        return look(providers.of(payment), payment, object, null, null);
    }

    /// Words about a payment that come from our own calls to its provider.
    Mono<Settlement> hear(Payment payment, Heard heard) {
        return hear(payment, heard, List.of());
    }

    /// The same; `more` is written with them.
    Mono<Settlement> hear(Payment payment, Heard heard, List<Piece> more) {
        return apply(payment, now -> new Fitting.Heeded(Life.hear(now, heard), List.of()), more);
    }

    /// What is to be written although nothing was heard.
    Mono<Void> also(List<Piece> more) {
        return more.isEmpty() ? Mono.empty() : messaging.commit(Change.of(more.toArray(Piece[]::new))).then();
    }

    /// A provider's answer to our own refund.
    Mono<Settlement> hear(Payment payment, RefundReport report) {
        return apply(payment, now -> Fitting.heed(now, report, ids.next()), List.of());
    }

    /// A whole report that was fetched, not told: it is believed, and money that does not fit becomes a review.
    Mono<Settlement> fetched(PaymentProvider provider, Payment payment, Report report, List<Piece> more) {
        Optional<String> misfit = Fitting.misfit(payment, report, provider.live());
        if (misfit.isPresent()) return quarantine(provider, report.object(), payment, misfit.get(), "fetched", null);
        List<Piece> all = new ArrayList<>(more);
        Fitting.wrongSum(payment, report).ifPresent(reason -> all.add(Reviews.keep(provider.name(), report.object(),
            payment.id(), reason, report.received() + " for " + payment.sum(), clock.instant())));
        return apply(payment, now -> Fitting.heed(now, report, ids::next), all);
    }

    private Mono<Settlement> paying(PaymentProvider provider, Report report, @Nullable Payment payment,
        WebhookInbox.Key key) {
        // another program of the same account may open intents; only their money would be our business
        if (payment == null && report.stand() != Report.Stand.PAID) return notOurs(key);
        Optional<String> misfit = Fitting.misfit(payment, report, provider.live());
        if (payment == null || misfit.isPresent())
            return quarantine(provider, report.object(), payment,
                misfit.orElse("unknown_object"), "event " + key.event(), key);
        Optional<String> wrongSum = Fitting.wrongSum(payment, report);
        if (wrongSum.isPresent()) return look(provider, payment, report.object(), wrongSum.get(), key);
        return apply(payment, now -> Fitting.heed(now, report, ids::next), done(key));
    }

    private Mono<Settlement> notOurs(WebhookInbox.Key key) {
        return messaging.commit(Change.of(WebhookInbox.settled(key, "ignored", "not ours", clock.instant())))
            .thenReturn(new Settlement.Absent());
    }

    private Mono<Settlement> refunding(Payment payment, RefundReport report, WebhookInbox.Key key) {
        return apply(payment, now -> Fitting.heed(now, report, ids.next()), done(key));
    }

    /// `flag` is what a person should know whatever the provider answers.
    private Mono<Settlement> look(PaymentProvider provider, Payment payment, String object, @Nullable String flag,
        WebhookInbox.@Nullable Key key) {
        List<Piece> more = new ArrayList<>(key == null ? List.of() : flag == null ? done(key)
            : List.of(WebhookInbox.settled(key, "quarantined", flag, clock.instant())));
        if (flag != null) more.add(Reviews.keep(provider.name(), object, payment.id(), flag, "", clock.instant()));
        return provider.look(object).flatMap(told -> switch (told) {
            case Told.Yes<Report>(var report) -> fetched(provider, payment, report, more)
                .doOnNext(done -> {
                    boolean shouted = done instanceof Settlement.Settled now && now.status() == PaymentStatus.REVIEW;
                    if (flag != null && !shouted) reviews.alert(provider.name(), object, flag);
                });
            case Told.No<Report>(var reason) -> quarantine(provider, object, payment, "unknown_at_provider", reason,
                key);
            case Told.Unknown<Report>(var why) -> Mono.just(new Settlement.Unsure());
        });
    }

    private Mono<Settlement> apply(Payment first, Function<Payment, Fitting.Heeded> hear, List<Piece> more) {
        Supplier<Mono<Settlement>> again = () -> rows.byId(first.id()).flatMap(now -> commit(now, hear, more));
        return commit(first, hear, more).onErrorResume(Settling::isStale, stale -> Change.retryStale(again));
    }

    private Mono<Settlement> commit(Payment payment, Function<Payment, Fitting.Heeded> hear, List<Piece> more) {
        Fitting.Heeded heeded = hear.apply(payment);
        List<Piece> all = new ArrayList<>(more);
        String object = String.valueOf(payment.object());
        for (String misfit : heeded.misfits())
            all.add(Reviews.keep(payment.provider(), object, payment.id(), misfit,
                "", clock.instant()));
        Change change = moves.change(payment, heeded.story(), all);
        Settlement settlement = settled(heeded.story().payment(), heeded.story().isNew());
        if (change.write().isEmpty()) return Mono.just(settlement);
        return messaging.commit(change).thenReturn(settlement).doOnNext(done -> {
            for (String misfit : heeded.misfits()) reviews.alert(payment.provider(), object, misfit);
            for (News news : heeded.story().news())
                if (news instanceof News.Quarantined(var reason)) reviews.alert(payment.provider(), object, reason);
        });
    }

    private Mono<Settlement> quarantine(PaymentProvider provider, String object, @Nullable Payment payment,
        String reason, String details, WebhookInbox.@Nullable Key key) {
        Change change = Change.of(Reviews.keep(provider.name(), object, payment == null ? null : payment.id(), reason,
            details, clock.instant()));
        if (key != null) change = change.with(WebhookInbox.settled(key, "quarantined", reason, clock.instant()));
        Settlement quarantined = new Settlement.Quarantined(reason);
        return messaging.commit(change).thenReturn(quarantined)
            .doOnNext(done -> reviews.alert(provider.name(), object, reason));
    }

    private List<Piece> done(WebhookInbox.Key key) {
        return List.of(WebhookInbox.settled(key, "done", "", clock.instant()));
    }

    private static String objectOf(Notice notice) {
        return switch (notice.matter()) {
            case Notice.Matter.Paying(var report) -> report.object();
            case Notice.Matter.Refunding(var object, var report) -> object;
            case Notice.Matter.Look(var object, var flag) -> object;
            case Notice.Matter.Nothing(),Notice.Matter.Unreadable() -> notice.event();
        };
    }

    private static Settlement settled(Payment payment, boolean changed) {
        return new Settlement.Settled(payment.id(), payment.ref(), payment.status(), changed);
    }

    private static boolean isStale(Throwable error) {
        return error instanceof Refused refused && refused.is(Refused.STALE);
    }
}
