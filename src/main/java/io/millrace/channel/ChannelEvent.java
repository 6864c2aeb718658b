package io.millrace.channel;

import io.millrace.messaging.Fact;
import java.time.Instant;
import java.util.UUID;

/// Everything this room announces.
public sealed interface ChannelEvent extends Fact {
    /// A channel's terms are different now; every node reads them again.
    record ChannelChanged(UUID id, long version, Instant at, String code) implements ChannelEvent {
        @Override public String aggregate() {
            return "channel:" + code;
        }
    }
}
