package io.millrace.federation;

/// What came of asking a provider. `code` is the API's word for a refusal; `why` is for the log alone.
sealed interface Told<T> {
    record Yes<T>(T said) implements Told<T> {}

    /// It answered, and the answer is no good.
    record No<T>(String code, String why) implements Told<T> {}

    /// It did not answer, or not in time, or does not know us: not the person's fault.
    record Away<T>(String why) implements Told<T> {}

    static <T> Told<T> refused(String why) {
        return new No<>("oauth_refused", why);
    }

    /// The same bad news about something else.
    default <R> Told<R> failed() {
        return switch (this) {
            case Yes<T> _ -> throw new IllegalStateException("no bad news");
            case No<T>(var code, var why) -> new No<>(code, why);
            case Away<T>(var why) -> new Away<>(why);
        };
    }
}
