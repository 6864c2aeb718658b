package io.millrace.testing;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The oracle's eye: looks into a shop's database by JDBC, past all of the shop's own code.
public final class Database {
    private final String jdbcUrl;

    Database(String r2dbcUrl) {
        this.jdbcUrl = jdbc(r2dbcUrl.substring(r2dbcUrl.indexOf("postgresql:")));
    }

    /// The database of that R2DBC address.
    public static Database of(String r2dbcUrl) {
        return new Database(r2dbcUrl);
    }

    static String jdbc(String url) {
        URI uri = URI.create(url);
        String[] user = uri.getUserInfo().split(":", 2);
        return "jdbc:postgresql://%s:%d%s?user=%s&password=%s".formatted(uri.getHost(), uri.getPort(), uri.getPath(),
            user[0], user[1]);
    }

    /// A connection of your own, to hold a lock or a transaction.
    public Connection connect() {
        try {
            return DriverManager.getConnection(jdbcUrl);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot reach the database", e);
        }
    }

    /// Every row as column name to value.
    public List<Map<String, @Nullable Object>> rows(String sql, @Nullable Object... binds) {
        try (Connection connection = connect();
            PreparedStatement statement = bound(connection, sql, binds);
            ResultSet result = statement.executeQuery()) {
            List<Map<String, @Nullable Object>> rows = new ArrayList<>();
            while (result.next()) {
                Map<String, @Nullable Object> row = new LinkedHashMap<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++)
                    row.put(result.getMetaData().getColumnLabel(i), result.getObject(i));
                rows.add(row);
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /// The single value of a single row.
    public @Nullable Object value(String sql, @Nullable Object... binds) {
        var rows = rows(sql, binds);
        if (rows.size() != 1) throw new IllegalStateException(rows.size() + " rows from " + sql);
        return rows.getFirst().values().iterator().next();
    }

    /// The single number of a single row; null counts as 0.
    public long number(String sql, @Nullable Object... binds) {
        return value(sql, binds) instanceof Number number ? number.longValue() : 0;
    }

    /// Runs a statement that changes something; answers how many rows it touched.
    public int execute(String sql, @Nullable Object... binds) {
        try (Connection connection = connect(); PreparedStatement statement = bound(connection, sql, binds)) {
            return statement.execute() ? 0 : statement.getUpdateCount();
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static PreparedStatement bound(Connection connection, String sql, @Nullable Object... binds)
        throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < binds.length; i++) statement.setObject(i + 1, binds[i]);
        return statement;
    }
}
