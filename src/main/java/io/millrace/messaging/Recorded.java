package io.millrace.messaging;

import java.time.Instant;
import java.util.UUID;

/// A fact as the log keeps it: `position` orders the whole log, `version` orders its aggregate, `payload` is its JSON.
public record Recorded(long position, UUID id, String type, String aggregate, long version, Instant at,
    byte[] payload) {}
