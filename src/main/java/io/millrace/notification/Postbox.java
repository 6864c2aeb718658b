package io.millrace.notification;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.http.PublicUrl;
import io.millrace.identity.Identity;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Sends what committed rows wish. What is not taken is tried again, for a day at most; what never will be is parked.
final class Postbox {
    static final String NAME = "notification.post";
    static final Duration EVERY = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(Postbox.class);
    /// Mails taken in one round.
    private static final int MAILS_MAX = 50;
    /// Calls to the provider at the same time.
    private static final int CALLS_MAX = 4;
    private static final int ROUNDS_MAX = 20;
    private static final Duration AGAIN_FIRST = Duration.ofSeconds(2);
    private static final Duration AGAIN_MAX = Duration.ofMinutes(15);
    private static final int DOUBLINGS_MAX = 12;
    private static final Duration GIVE_UP = Duration.ofHours(24);

    private final Mails mails;
    private final Identity identity;
    private final Sendgrid sendgrid;
    private final NotificationSettings settings;
    private final Supplier<String> pages;
    private final MeterRegistry meters;
    private final InstantSource clock;

    Postbox(Mails mails, Identity identity, Sendgrid sendgrid, NotificationSettings settings, PublicUrl url,
        MeterRegistry meters, InstantSource clock) {
        this.mails = mails;
        this.identity = identity;
        this.sendgrid = sendgrid;
        this.settings = settings;
        this.pages = () -> settings.pagesUrl().isBlank() ? url.base() : settings.pagesUrl().replaceFirst("/+$", "");
        this.meters = meters;
        this.clock = clock;
    }

    /// Everything that is due now; answers how many mails were worked on.
    Mono<Long> round() {
        return once().expand(done -> done < MAILS_MAX ? Mono.empty() : once()).take(ROUNDS_MAX)
            .reduce(0L, Long::sum);
    }

    private Mono<Long> once() {
        return Mono.defer(() -> mails.due(clock.instant(), MAILS_MAX).collectList())
            .flatMapMany(Flux::fromIterable).flatMap(this::unfailing, CALLS_MAX).count();
    }

    /// One mail's failure is its own: its lease ends and it is tried again, while the others go on.
    private Mono<Boolean> unfailing(Mails.Due mail) {
        return send(mail).thenReturn(true).onErrorResume(error -> {
            LOG.warn("mail {} will be tried again", mail.id(), error);
            return Mono.just(true);
        });
    }

    private Mono<Long> send(Mails.Due mail) {
        return written(mail).map(written -> sendgrid.send(mail.id(), written.address(), written.letter())
            .flatMap(told -> note(mail, told)))
            .defaultIfEmpty(park(mail, "nothing to tell any more"))
            .flatMap(step -> step);
    }

    private record Written(String address, Letter letter) {}

    /// Asked for now and kept nowhere; empty when the code is used or over, or the account is gone.
    private Mono<Written> written(Mails.Due mail) {
        return switch (mail.occasion()) {
            case CODE -> identity.code(mail.subject())
                .map(code -> new Written(code.email(), Letters.about(code, settings.shop(), pages.get())));
            case TOKEN_REUSED -> to(mail, name -> Letters.tokenReused(name, settings.shop(), pages.get()));
            case SECOND_FACTOR_ON -> to(mail, name -> Letters.secondFactor(true, name, settings.shop(), pages.get()));
            case RECOVERY_CODES -> to(mail, name -> Letters.recoveryCodes(name, settings.shop(), pages.get()));
            case SECOND_FACTOR_OFF -> to(mail, name -> Letters.secondFactor(false, name, settings.shop(), pages.get()));
        };
    }

    private Mono<Written> to(Mails.Due mail, Function<String, Letter> letter) {
        return identity.contact(mail.subject()).map(who -> new Written(who.email(), letter.apply(who.name())));
    }

    private Mono<Long> note(Mails.Due mail, Sendgrid.Told told) {
        return switch (told) {
            case Sendgrid.Told.Taken(var providerId) -> mails.sent(mail.id(), providerId, clock.instant())
                .doOnNext(done -> count("sent"));
            case Sendgrid.Told.Refused(var why) -> park(mail, why);
            case Sendgrid.Told.Later(var why, var at) -> mail.createdAt().plus(GIVE_UP).isBefore(clock.instant())
                ? park(mail, "given up: " + why)
                : mails.again(mail.id(), why, at == null ? clock.instant().plus(wait(mail.tries())) : at)
                    .doOnNext(done -> count("again"));
        };
    }

    private Mono<Long> park(Mails.Due mail, String why) {
        return Mono.defer(() -> mails.parked(mail.id(), why, clock.instant())).doOnNext(done -> {
            count("parked");
            LOG.error("mail {} is parked: {}", mail.id(), why);
        });
    }

    private void count(String outcome) {
        meters.counter("millrace.notification.mails", "outcome", outcome).increment();
    }

    /// Doubling from the first wait to the longest.
    static Duration wait(int tries) {
        Duration wait = AGAIN_FIRST.multipliedBy(1L << Math.clamp(tries - 1, 0, DOUBLINGS_MAX));
        return wait.compareTo(AGAIN_MAX) < 0 ? wait : AGAIN_MAX;
    }

    Mono<Long> sweep() {
        Instant now = clock.instant();
        return mails.sweep(now);
    }
}
