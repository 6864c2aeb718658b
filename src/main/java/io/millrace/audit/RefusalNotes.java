package io.millrace.audit;

import io.millrace.http.Refusals;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;

/// Keeps account of who was refused what: `refused.<code>`.
final class RefusalNotes implements Refusals {
    private final Notes notes;
    private final InstantSource clock;

    RefusalNotes(Notes notes, InstantSource clock) {
        this.notes = notes;
        this.clock = clock;
    }

    @Override public void refused(Refusal refusal) {
        int times = notes.worth(refusal.caller().id().map(UUID::toString).orElse(refusal.address()));
        if (times == 0) return;
        Map<String, Object> told = times <= Notes.SINGLY_MAX ? Map.of("status", refusal.status())
            : Map.of("status", refusal.status(), "refused_within_a_minute", times);
        notes.add(Entry.of(clock.instant(), refusal.caller(), "refused." + refusal.code(),
            refusal.method() + " " + refusal.path(), null, told, refusal.requestId(),
            Entry.masked(refusal.address())));
    }
}
