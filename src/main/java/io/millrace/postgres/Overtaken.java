package io.millrace.postgres;

/// Inside a transaction somebody else was faster: the transaction is lost, so only all of it can be run again
/// ([Postgres#transactionalAgain] does). Unlike [Refused] it means nothing to the use case on whose way it comes by.
public final class Overtaken extends RuntimeException {
    public Overtaken(Refused stale) {
        super("overtaken", stale, false, false);
    }
}
