package io.millrace.postgres;

import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcTimeoutException;
import io.r2dbc.spi.R2dbcTransientResourceException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.CannotCreateTransactionException;
import reactor.util.retry.Retry;

/// Tells "the server is away" (gone, starting, out of connections, silent) from "this cannot be done": the first is
/// waited out or answered with 503, and whether something happened before it went is then unknown.
public final class Away {
    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration MAX = Duration.ofSeconds(2);

    private Away() {}

    public static boolean is(Throwable error) {
        Throwable cause = error.getCause();
        return switch (error) {
            case R2dbcTransientResourceException e -> true;
            case R2dbcNonTransientResourceException e -> true;
            case R2dbcTimeoutException e -> true;
            case R2dbcException e -> e.getSqlState() != null && (e.getSqlState().startsWith("08")
                || e.getSqlState().startsWith("57P") || e.getSqlState().startsWith("53"));
            case DataAccessResourceFailureException e -> true;
            case IOException e -> true;
            case TimeoutException e -> true;
            case CannotCreateTransactionException e -> true;
            default -> cause != null && cause != error && !(error instanceof R2dbcException) && is(cause);
        };
    }

    /// Until it is back, or until we stop.
    public static Retry waitOut(BooleanSupplier stopping) {
        return Retry.backoff(Long.MAX_VALUE, FIRST).maxBackoff(MAX).transientErrors(true)
            .filter(error -> is(error) && !stopping.getAsBoolean());
    }
}
