package io.millrace.messaging;

/// Tells the relay that facts were committed.
interface Waker {
    void wake();
}
