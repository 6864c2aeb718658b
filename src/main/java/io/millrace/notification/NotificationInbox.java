package io.millrace.notification;

import io.millrace.identity.IdentityEvent;
import java.time.InstantSource;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// Hears the other rooms. A fact becomes a wish for a mail, in the transaction that takes the fact in; sending is the
/// [Postbox]'s business.
final class NotificationInbox {
    private final Mails mails;
    private final InstantSource clock;
    private final Runnable wake;

    NotificationInbox(Mails mails, InstantSource clock, Runnable wake) {
        this.mails = mails;
        this.clock = clock;
        this.wake = wake;
    }

    Mono<Void> identity(IdentityEvent fact) {
        return switch (fact) {
            case IdentityEvent.CodeRequested wanted -> keep(fact, Mails.Occasion.CODE, wanted.code());
            case IdentityEvent.TokenReused reused -> keep(fact, Mails.Occasion.TOKEN_REUSED, reused.account());
            case IdentityEvent.SecondFactorChanged changed -> keep(fact, changed.enabled()
                ? Mails.Occasion.SECOND_FACTOR_ON : Mails.Occasion.SECOND_FACTOR_OFF, changed.account());
            case IdentityEvent.RecoveryCodesReplaced other -> keep(fact, Mails.Occasion.RECOVERY_CODES,
                other.account());
            default -> Mono.empty();
        };
    }

    private Mono<Void> keep(IdentityEvent fact, Mails.Occasion occasion, UUID subject) {
        return mails.keep(fact.id(), occasion, subject, clock.instant()).doOnNext(kept -> wake.run()).then();
    }
}
