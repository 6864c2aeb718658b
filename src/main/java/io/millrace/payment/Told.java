package io.millrace.payment;

/// A provider's answer has three values; the third is a state of its own that somebody asks about again.
public sealed interface Told<T> {
    record Yes<T>(T value) implements Told<T> {}

    /// Refused for good: the same question will get the same answer.
    record No<T>(String reason) implements Told<T> {}

    /// No answer, or one that says nothing: it may or may not have happened.
    record Unknown<T>(String why) implements Told<T> {}
}
