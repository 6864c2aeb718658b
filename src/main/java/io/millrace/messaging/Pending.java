package io.millrace.messaging;

import java.util.UUID;

/// A committed fact on its way to Kafka.
record Pending(long position, UUID id, String module, String type, String aggregate, long version, String requestId,
    String traceparent, byte[] payload) {
}
