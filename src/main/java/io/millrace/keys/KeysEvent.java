package io.millrace.keys;

import io.millrace.messaging.Fact;
import java.time.Instant;
import java.util.UUID;

/// Everything this room announces: no texts of keys, no names. Every node forgets at once what does not hold any more.
public sealed interface KeysEvent extends Fact {
    /// A person made a token for a machine of his.
    record TokenMade(UUID id, UUID token, UUID account, Instant at) implements KeysEvent {
        @Override public String aggregate() {
            return "token:" + token;
        }

        @Override public long version() {
            return 1;
        }
    }

    /// He took it back.
    record TokenRevoked(UUID id, UUID token, UUID account, Instant at) implements KeysEvent {
        @Override public String aggregate() {
            return "token:" + token;
        }

        @Override public long version() {
            return 2;
        }
    }

    /// A key of a channel was made, got other origins, or was taken back (`live` is false).
    record ChannelKeyChanged(UUID id, UUID key, String channel, boolean live, long version, Instant at)
        implements
            KeysEvent {
        @Override public String aggregate() {
            return "channel_key:" + key;
        }
    }
}
