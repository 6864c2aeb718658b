package io.millrace.keys;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A personal access token as its owner sees it. `lastUsedAt` is right to a few minutes.
record PersonalToken(UUID id, UUID account, String name, String hint, Set<String> scopes, Instant createdAt,
    Instant expiresAt, @Nullable Instant lastUsedAt) {}
