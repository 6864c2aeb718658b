package io.millrace.vault;

import java.nio.charset.StandardCharsets;

/// Where a sealed value stands: a table (or another stable name) and the row's id. What was sealed for one place does
/// not open in another, so nobody can move values between rows.
public record Place(String table, String row) {
    public static Place of(String table, Object row) {
        return new Place(table, row.toString());
    }

    byte[] bytes() {
        return (table + "\0" + row).getBytes(StandardCharsets.UTF_8);
    }
}
