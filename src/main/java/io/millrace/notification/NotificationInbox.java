package io.millrace.notification;

import io.millrace.identity.IdentityEvent;
import io.millrace.messaging.Fact;
import io.millrace.twofactor.TwoFactorEvent;
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
            default -> Mono.empty();
        };
    }

    Mono<Void> twoFactor(TwoFactorEvent fact) {
        return keep(fact, switch (fact) {
            case TwoFactorEvent.SecondFactorChanged changed -> changed.enabled() ? Mails.Occasion.SECOND_FACTOR_ON
                : Mails.Occasion.SECOND_FACTOR_OFF;
            case TwoFactorEvent.RecoveryCodesReplaced other -> Mails.Occasion.RECOVERY_CODES;
        }, fact.account());
    }

    private Mono<Void> keep(Fact fact, Mails.Occasion occasion, UUID subject) {
        return mails.keep(fact.id(), occasion, subject, clock.instant()).doOnNext(kept -> wake.run()).then();
    }
}
