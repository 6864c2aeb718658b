package io.millrace.messaging;

import io.millrace.http.RequestId;
import io.millrace.tracing.Trace;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;

/// A fact as it came from Kafka, not yet understood. What lacks our headers still has an identity, made of the place
/// where it lies, so that it can be parked.
record Arrived(UUID id, String type, String aggregate, long version, long position, String requestId,
    String traceparent, byte[] payload) {
    static final String ID = "fact-id";
    static final String TYPE = "fact-type";
    static final String VERSION = "fact-version";
    static final String POSITION = "fact-position";
    static final String REQUEST = "request-id";
    static final String TRACE = Trace.HEADER;

    static Arrived of(ConsumerRecord<String, byte[]> record) {
        String place = record.topic() + "/" + record.partition() + "/" + record.offset();
        byte[] payload = record.value() == null ? new byte[0] : record.value();
        return new Arrived(id(header(record, ID), place), header(record, TYPE),
            record.key() == null ? place : record.key(), number(header(record, VERSION)),
            number(header(record, POSITION)), header(record, REQUEST), header(record, TRACE), payload);
    }

    /// The request and the trace that caused the fact, for the pipeline that hears it.
    Context into(Context context) {
        return Trace.continued(traceparent).into(RequestId.into(context, requestId));
    }

    private static UUID id(String text, String place) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException foreign) {
            return UUID.nameUUIDFromBytes(place.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static long number(String text) {
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    private static String header(ConsumerRecord<String, byte[]> record, String name) {
        @Nullable Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
