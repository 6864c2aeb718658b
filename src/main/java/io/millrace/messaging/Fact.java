package io.millrace.messaging;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

/// Something that happened, told in the past tense: a record on its module's sealed `XxxEvent` page.
///
/// `aggregate` is what it happened to (`order:0198...`; also the Kafka key); `version` is that aggregate's own count of
/// facts, starting at 1 and without gaps, so a reader can tell that it missed nothing. Facts hold no secrets and no
/// personal data that must one day be forgotten.
public interface Fact {
    UUID id();

    String aggregate();

    long version();

    Instant at();

    /// The name on the wire: `ordering.OrderPlaced`.
    default String type() {
        return module(getClass()) + "." + getClass().getSimpleName();
    }

    /// The module that a fact or a page of facts belongs to.
    static String module(Class<?> type) {
        String name = type.getPackageName();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
