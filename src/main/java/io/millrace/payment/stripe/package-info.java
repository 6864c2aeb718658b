/// Stripe: PaymentIntents and refunds over its own wire format, webhooks proven over raw bytes.
@NullMarked
package io.millrace.payment.stripe;

import org.jspecify.annotations.NullMarked;
