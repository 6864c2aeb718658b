package io.millrace.messaging;

import io.millrace.http.Json;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/// A module's sealed page of facts, by the names they have on the wire.
final class Page<F extends Fact> {
    private final Map<String, Class<? extends F>> types = new HashMap<>();

    Page(Class<F> page) {
        collect(page, page);
    }

    private void collect(Class<F> page, Class<?> type) {
        Class<?>[] permitted = type.getPermittedSubclasses();
        if (permitted == null) types.put(Fact.module(type) + "." + type.getSimpleName(), type.asSubclass(page));
        else for (Class<?> inner : permitted) collect(page, inner);
    }

    /// What reading a record can come to.
    sealed interface Reading<F> {
        record Read<F>(F fact) implements Reading<F> {}

        /// Of a type this node does not know (a newer one wrote it) or of another page of the module.
        record Unknown<F>() implements Reading<F> {}

        record Unreadable<F>(String why) implements Reading<F> {}
    }

    Reading<F> read(Arrived arrived) {
        if (arrived.type().isEmpty()) return new Reading.Unreadable<>("the record does not say what it is");
        Optional<Class<? extends F>> type = Optional.ofNullable(types.get(arrived.type()));
        if (type.isEmpty()) return new Reading.Unknown<>();
        try {
            F fact = Json.OURS.readValue(arrived.payload(), type.get());
            return fact == null ? new Reading.Unreadable<>("the record is empty") : new Reading.Read<>(fact);
        } catch (JacksonException | IllegalArgumentException e) {
            return new Reading.Unreadable<>("cannot be read as " + arrived.type() + ": " + e.getMessage());
        }
    }
}
