package io.millrace.postgres;

import io.millrace.tracing.Span;
import io.millrace.tracing.Spans;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Parameter;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.r2dbc.connection.ConnectionFactoryUtils;
import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.reactive.TransactionContextManager;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/// Runs SQL: a [Write] in one round trip, a plain statement, or a transaction of several.
///
/// Everything joins the transaction of the pipeline it runs in, or else commits by itself. Deadlocks and serialisation
/// failures (SQLSTATE 40001, 40P01) of a statement outside a transaction are tried again up to [#TRIES] times.
public final class Postgres {
    /// How often a statement that PostgreSQL itself gave up is tried again.
    public static final int TRIES = 5;
    private static final Duration RETRY_FIRST = Duration.ofMillis(3);
    private static final Pattern TABLE = Pattern.compile("(?i)\\b(?:from|into|update)\\s+([a-z_]+\\.[a-z_]+)");

    private final ConnectionFactory connections;
    private final TransactionalOperator transaction;
    private final Spans spans;

    public Postgres(ConnectionFactory connections, TransactionalOperator transaction, Spans spans) {
        this.connections = connections;
        this.transaction = transaction;
        this.spans = spans;
    }

    /// Runs all pieces as one statement. Fails with [Refused] when a check does not hold; nothing has happened then.
    public Mono<Write.Answers> run(Write write) {
        Write.Statement statement = write.statement();
        // single(), never next(): next() would cancel the conversation with the server after the first row
        return alone(rows(statement.sql(), statement.values(), Postgres::answers).single(), again());
    }

    /// The same; false when a check answered [Refused#ABSENT].
    public Mono<Boolean> runIfThere(Write write) {
        return run(write).thenReturn(true).onErrorResume(Refused.class,
            refused -> refused.is(Refused.ABSENT) ? Mono.just(false) : Mono.error(refused));
    }

    /// Runs one SQL text with `:name` binds (null values need [io.r2dbc.spi.Parameters#in(Class)]) and maps each row.
    public <T> Flux<T> query(String sql, Map<String, ?> binds, Function<Readable, T> row) {
        Write.Compiled compiled = Write.compiled(sql);
        return rows(compiled.sql(), values(compiled.slots(), binds), row);
    }

    /// Runs one changing SQL text and answers how many rows it changed.
    public Mono<Long> update(String sql, Map<String, ?> binds) {
        Write.Compiled compiled = Write.compiled(sql);
        Object[] values = values(compiled.slots(), binds);
        return alone(told(compiled.sql(), withConnection(connection -> Flux
            .from(bound(connection, compiled.sql(), values).execute())
            .concatMap(Result::getRowsUpdated).reduce(0L, Long::sum))).single(), again());
    }

    /// Runs everything in the pipeline in one transaction; nested calls join it.
    public <T> Mono<T> transactional(Mono<T> work) {
        return transaction.transactional(work);
    }

    /// The same, and all of it from the start when somebody else was faster or PostgreSQL gave it up. The pipeline must
    /// bear being run again; within a transaction it simply joins.
    public <T> Mono<T> transactionalAgain(Mono<T> work) {
        return alone(transactional(work), again());
    }

    /// Runs the work again as the retry says, but never inside a transaction: after a failure PostgreSQL refuses
    /// everything there (25P02).
    public static <T> Mono<T> alone(Mono<T> work, Retry retry) {
        return isInside().flatMap(inside -> inside ? work : work.retryWhen(retry));
    }

    /// Whether the pipeline runs in a transaction.
    public static Mono<Boolean> isInside() {
        return TransactionContextManager.currentContext().map(context -> true)
            .onErrorResume(NoTransactionException.class, none -> Mono.just(false));
    }

    private <T> Flux<T> rows(String sql, Object[] values, Function<Readable, T> row) {
        return told(sql, withConnection(connection -> Flux.from(bound(connection, sql, values).execute())
            .concatMap(result -> result.map(row::apply))));
    }

    /// A step of the trace: from asking for a connection to the last row. The text has no values in it.
    private <T> Flux<T> told(String sql, Flux<T> rows) {
        return spans.isOn() ? spans.step(Span.Kind.CLIENT, title(sql), Map.of("db.system.name", "postgresql",
            "db.query.text", sql), rows) : rows;
    }

    /// What a statement is called among others: its verb and its first table, or its first piece (`with order_row`).
    static String title(String sql) {
        String[] words = sql.strip().split("\\s+", 3);
        if (words[0].equalsIgnoreCase("with") && words.length > 1) return "with " + words[1];
        Matcher table = TABLE.matcher(sql);
        return table.find() ? words[0] + " " + table.group(1) : words[0];
    }

    private static Object[] values(List<Write.Slot> slots, Map<String, ?> binds) {
        Object[] values = new Object[slots.size()];
        for (int i = 0; i < values.length; i++) {
            Object value = binds.get(slots.get(i).bind());
            if (value == null) throw new IllegalStateException("nothing bound to :" + slots.get(i).bind());
            values[i] = value;
        }
        return values;
    }

    private static Statement bound(Connection connection, String sql, Object[] values) {
        Statement statement = connection.createStatement(sql);
        for (int i = 0; i < values.length; i++) {
            if (values[i] instanceof Parameter parameter && parameter.getValue() == null)
                statement.bindNull(i, parameter.getType().getJavaType());
            else
                statement.bind(i, values[i]);
        }
        return statement;
    }

    private static Retry again() {
        return Retry.backoff(TRIES - 1L, RETRY_FIRST).jitter(0.75).filter(Postgres::gaveUp)
            .onRetryExhaustedThrow((spec, signal) -> signal.failure());
    }

    private static boolean gaveUp(Throwable error) {
        return error instanceof Overtaken || error instanceof R2dbcException e
            && ("40P01".equals(e.getSqlState()) || "40001".equals(e.getSqlState()));
    }

    private <T> Flux<T> withConnection(Function<Connection, Publisher<T>> work) {
        return Flux.usingWhen(ConnectionFactoryUtils.getConnection(connections), work, this::giveBack)
            .onErrorMap(Postgres::refused);
    }

    /// A transaction's connection stays with the transaction. (Not by `releaseConnection`: with the holder's last user
    /// it forgets the connection, and the next statement of the same transaction would run on another one.)
    private Mono<Void> giveBack(Connection connection) {
        return ConnectionFactoryUtils.currentConnectionFactory(connections).then()
            .onErrorResume(outside -> Mono.from(connection.close()));
    }

    private static Throwable refused(Throwable error) {
        return error instanceof R2dbcException e && "MR001".equals(e.getSqlState())
            ? new Refused(reason(e)) : error;
    }

    private static String reason(R2dbcException error) {
        String message = error.getMessage();
        return message == null ? "" : message.strip();
    }

    private static Write.Answers answers(Readable row) {
        Map<String, @Nullable Object> values = new HashMap<>();
        if (row instanceof io.r2dbc.spi.Row r)
            for (var column : r.getMetadata().getColumnMetadatas())
                if (!column.getName().startsWith("check_")) values.put(column.getName(), r.get(column.getName()));
        return new Write.Answers(values);
    }
}
