package io.millrace.tracking;

import io.millrace.http.Json;
import io.millrace.http.Reply;
import io.millrace.messaging.Recorded;
import io.millrace.ordering.OrderingEvent;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// One fact of an order as its buyer may read it: `version` is its place in the story, `data` is ready JSON, made once
/// however many read it.
record Told(long version, String event, byte[] data) {
    /// What a buyer may see of a fact; ids of accounts and payments stay inside.
    private static final List<String> SHOWN = List.of("total", "method", "amount", "refunded_total", "reason",
        "carrier", "tracking_number");

    static Told of(OrderingEvent fact) {
        return of(fact.version(), fact.type(), fact.at(), Json.OURS.valueToTree(fact));
    }

    static Told of(Recorded fact) {
        return of(fact.version(), fact.type(), fact.at(), Json.OURS.readTree(fact.payload()));
    }

    Reply.Event wire() {
        return new Reply.Event(Long.toString(version), event, data);
    }

    private static Told of(long version, String type, Instant at, JsonNode payload) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("version", version);
        data.put("at", at);
        for (String field : SHOWN)
            if (payload.hasNonNull(field)) data.put(field, payload.get(field));
        return new Told(version, OrderingEvent.word(type), Json.bytes(data));
    }
}
