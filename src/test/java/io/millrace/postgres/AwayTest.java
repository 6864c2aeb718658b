package io.millrace.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.r2dbc.spi.R2dbcBadGrammarException;
import io.r2dbc.spi.R2dbcDataIntegrityViolationException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcTimeoutException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.CannotCreateTransactionException;

/// A fact is never parked because the database was away or the pool was busy.
class AwayTest {
    @Test void a_database_that_cannot_be_reached_is_waited_out() {
        assertThat(List.of(new R2dbcNonTransientResourceException("gone"), new R2dbcTimeoutException("pool busy"),
            new R2dbcNonTransientResourceException("terminating", "57P01"), new IOException("reset"),
            new TimeoutException(), new CannotCreateTransactionException("no", new IllegalStateException("closed")),
            new DataAccessResourceFailureException("no", new R2dbcTimeoutException("busy")),
            new IllegalStateException(new IOException("reset")))).allMatch(Away::is);
    }

    @Test void what_is_wrong_with_the_fact_itself_is_counted() {
        assertThat(List.of(new IllegalStateException("choked"), new Refused("stale"),
            new R2dbcBadGrammarException("no such column", "42703"),
            new R2dbcDataIntegrityViolationException("check", "23514"))).noneMatch(Away::is);
    }
}
