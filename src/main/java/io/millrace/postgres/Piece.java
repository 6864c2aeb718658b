package io.millrace.postgres;

import io.r2dbc.spi.Parameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A named piece of SQL with its binds, offered by the room that owns the tables, composed into one statement by a
/// [Write].
///
/// `text` is one or more common table expressions without the leading `with`, e.g.
/// `order_row as (insert into ordering.orders ... values (:order_id, ...) returning id)`. It must be a constant: its
/// identity keys the compiled statement. Where a piece may occur twice in one statement, its CTE and bind names carry
/// `{i}`, which becomes the occurrence's number. Data-modifying CTEs see one snapshot: never update the same row in two
/// pieces of one write.
///
/// A check is a condition evaluated with the statement; when it is false or null the whole statement is rolled back and
/// answered by [Refused] with the reason. An answer is an expression returned under a name.
public record Piece(String text, Map<String, Object> binds, List<Check> checks, Map<String, String> answers) {

    /// A condition that must hold, and the SQL expression of the reason that is given when it does not.
    public record Check(String condition, String reason) {}

    public static Piece of(String text) {
        return new Piece(text, new LinkedHashMap<>(), new ArrayList<>(), new LinkedHashMap<>());
    }

    public Piece bind(String name, Object value) {
        binds.put(name, value);
        return this;
    }

    /// Binds a value that may be null; the type tells PostgreSQL what the null is.
    public Piece bind(String name, @Nullable Object value, Class<?> type) {
        binds.put(name, value != null ? value : Parameters.in(type));
        return this;
    }

    /// Demands that the condition holds; the reason is a short stable word such as `out_of_stock`.
    public Piece check(String condition, String reason) {
        checks.add(new Check(condition, "'" + reason + "'"));
        return this;
    }

    /// Returns an expression, e.g. `(select number from order_row)`, under a name.
    public Piece answer(String name, String expression) {
        answers.put(name, expression);
        return this;
    }
}
