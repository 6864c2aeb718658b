package io.millrace.embedded;

import java.util.Map;

/// One server of our own: starts on its old data, says how to reach it, stops in order or at once.
interface Server {
    void start() throws Exception;

    /// In order: what was acknowledged is on disk and the next start needs no recovery.
    void stop();

    /// At once, as a crash would: the next start has to recover.
    void crash();

    /// The Spring properties by which the application reaches it.
    Map<String, String> settings();
}
