package io.millrace.http;

import org.springframework.http.client.ReactorResourceFactory;

/// The event loops, one per core for HTTP and database together. They belong to the JVM: a shop that closes leaves
/// them to the other shops of the same JVM (tests run several), and their threads do not keep it alive.
final class Loops extends ReactorResourceFactory {
    @Override public void stop() {
        // nothing to let go
    }

    @Override public void stop(Runnable callback) {
        callback.run();
    }

    @Override public void destroy() {
        // nothing to let go
    }
}
