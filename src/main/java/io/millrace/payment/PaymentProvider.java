package io.millrace.payment;

import io.millrace.money.Money;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Mono;

/// Somebody who takes money for us. Every call carries our id as the idempotency key, has a timeout of its own, and
/// answers yes, no or unknown; none of them fails. Never called inside a transaction.
public interface PaymentProvider {
    /// The payment method's name, and the word in `/webhooks/{provider}`.
    String name();

    /// The ledger account that holds what it took: `gateway:stripe`, `cash:cod`.
    String account();

    /// False when there is nobody to call (cash): a payment is then payable from the moment it is placed.
    boolean answers();

    /// Whether it moves real money, as configured; what says otherwise is quarantined.
    boolean live();

    /// The key that a payer's browser needs, if any.
    Optional<String> publicKey();

    /// Its webhooks, if it sends any.
    Optional<Webhooks> webhooks();

    Mono<Told<Report>> open(UUID payment, Payable payable);

    /// Everything the provider knows now, refunds included.
    Mono<Told<Report>> look(String object);

    Mono<Told<Report>> cancel(UUID payment, String object);

    Mono<Told<RefundReport>> refund(UUID refund, String object, Money amount);

    Mono<Told<RefundReport>> lookRefund(String refundObject);

    /// What stands behind a token that the provider gave a payer's browser; no where nothing can be kept.
    Mono<Told<Instrument>> instrument(String token);

    /// How deliveries are proven and read.
    interface Webhooks {
        /// Whether these bytes were sent by the provider and lately, both ways; compares in constant time.
        boolean isAuthentic(HttpHeaders headers, byte[] body, Instant now);

        /// Reads an authentic delivery; never throws, what cannot be read is [Notice.Matter.Unreadable].
        Notice read(byte[] body);
    }
}
