package io.millrace.payment;

import io.millrace.money.Money;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A payment as its payer may see it. `clientSecret` lets the payer's browser finish it at the provider and is only
/// there while it can be paid.
public record PaymentView(UUID id, String ref, String provider, String status, Money sum, Money captured,
    Money refunded, @Nullable String clientSecret, @Nullable String redirectUrl, @Nullable String providerReference,
    @Nullable String reason, Instant createdAt) {}
