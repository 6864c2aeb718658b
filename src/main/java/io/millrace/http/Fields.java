package io.millrace.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Collects everything that is wrong with a body, so that a client hears all of it at once.
///
/// Read every field through it, then call [#orRefuse]: it throws one 422 naming each wrong field.
public final class Fields {
    private final Map<String, List<String>> errors = new LinkedHashMap<>();

    public void wrong(String field, String message) {
        errors.computeIfAbsent(field, f -> new ArrayList<>()).add(message);
    }

    /// The value must be present and not blank.
    public String text(String field, @Nullable String value, int charsMax) {
        if (value == null || value.isBlank()) {
            wrong(field, "is required");
            return "";
        }
        if (value.length() > charsMax) wrong(field, "has more than " + charsMax + " characters");
        return value.strip();
    }

    public @Nullable String optionalText(String field, @Nullable String value, int charsMax) {
        if (value == null || value.isBlank()) return null;
        return text(field, value, charsMax);
    }

    public <T> @Nullable T required(String field, @Nullable T value) {
        if (value == null) wrong(field, "is required");
        return value;
    }

    public <T> void must(String field, @Nullable T value, Predicate<T> rule, String message) {
        if (value != null && !rule.test(value)) wrong(field, message);
    }

    /// Builds a value whose constructor refuses nonsense; the refusal becomes this field's message.
    public <T> @Nullable T make(String field, Supplier<T> maker) {
        try {
            return maker.get();
        } catch (IllegalArgumentException | ArithmeticException e) {
            wrong(field, e.getMessage() == null ? "is not valid" : e.getMessage());
            return null;
        }
    }

    public boolean isClean() {
        return errors.isEmpty();
    }

    /// Everything that is wrong so far, by field: for batches, where one bad entry must not throw the others away.
    public Map<String, List<String>> errors() {
        return errors;
    }

    /// Throws the 422 with all errors, or does nothing.
    public void orRefuse() {
        if (!errors.isEmpty()) throw new ProblemException(Problem.invalid(errors));
    }
}
