package io.millrace.pricing;

import java.util.Set;
import java.util.UUID;

/// The outcome of asking for a quote. Checked in this order: unpriced, unknown shipping, too large.
public sealed interface Quoting {
    record Quoted(Quote quote) implements Quoting {}

    /// These variants have no price on the channel's list: they cannot be sold there.
    record Unpriced(Set<UUID> variants) implements Quoting {}

    /// The channel has no shipping method of this code.
    record UnknownShipping(String code) implements Quoting {}

    /// A line or the total passes [Quote#MINOR_MAX]: code `amount_too_large`.
    record AmountTooLarge() implements Quoting {}
}
