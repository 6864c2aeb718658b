package io.millrace.keys;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A key of a channel. A publishable one (`shown` again and again) picks the channel for pages of its `origins`; a
/// secret one may do what its `scopes` say. `lastUsedAt` is right to a few minutes.
record ChannelKey(UUID id, String channel, Kind kind, String name, String hint, @Nullable String shown,
    Set<String> origins, Set<String> scopes, long version, @Nullable UUID createdBy, Instant createdAt,
    @Nullable Instant expiresAt, @Nullable Instant lastUsedAt) {

    enum Kind { PUBLISHABLE, SECRET }

    ChannelKey next(String otherName, Set<String> otherOrigins) {
        return new ChannelKey(id, channel, kind, otherName, hint, shown, otherOrigins, scopes, version + 1, createdBy,
            createdAt, expiresAt, lastUsedAt);
    }

    boolean isLive(Instant now) {
        return expiresAt == null || now.isBefore(expiresAt);
    }
}
