package io.millrace.imports;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// A CSV file with a header row, read one record at a time; column names are matched without regard to case, because
/// the same exporter spells them differently from version to version.
final class Sheet implements AutoCloseable {
    /// Longer records are refused; they are an attack or a lost quotation mark.
    private static final int RECORD_CHARS_MAX = 1024 * 1024;
    private static final int COLUMNS_MAX = 1_000;

    private final CsvReader<CsvRecord> reader;
    private final Iterator<CsvRecord> records;
    private final Map<String, Integer> columns;
    private @Nullable CsvRecord ahead;

    Sheet(InputStream in) {
        try {
            reader = CsvReader.builder().allowExtraFields(true).allowMissingFields(true).skipEmptyLines(true)
                .detectBomHeader(true).maxBufferSize(RECORD_CHARS_MAX).ofCsvRecord(in);
        } catch (UncheckedIOException e) {
            throw new Feed.UnreadableFile(1, "the file broke off");
        }
        records = reader.iterator();
        columns = header();
    }

    /// One record, by column name.
    record Row(long line, Map<String, Integer> columns, List<String> fields) {
        String get(String column) {
            Integer at = columns.get(column.toLowerCase(Locale.ROOT));
            return at == null || at >= fields.size() ? "" : fields.get(at).strip();
        }

        boolean has(String column) {
            return !get(column).isEmpty();
        }

        boolean isYes(String column) {
            String cell = get(column);
            return "1".equals(cell) || "true".equalsIgnoreCase(cell) || "yes".equalsIgnoreCase(cell);
        }
    }

    boolean hasColumn(String name) {
        return columns.containsKey(name.toLowerCase(Locale.ROOT));
    }

    /// The next record without taking it; null at the end.
    @Nullable Row peek() {
        if (ahead == null && !advance()) return null;
        CsvRecord record = ahead;
        return record == null ? null : new Row(record.getStartingLineNumber(), columns, record.getFields());
    }

    Row next() {
        Row row = peek();
        if (row == null) throw new NoSuchElementException();
        ahead = null;
        return row;
    }

    private boolean advance() {
        long line = ahead == null ? 0 : ahead.getStartingLineNumber();
        try {
            if (!records.hasNext()) return false;
            ahead = records.next();
            return true;
        } catch (CsvParseException e) {
            throw new Feed.UnreadableFile(line, "the CSV cannot be read: " + e.getMessage());
        } catch (UncheckedIOException e) {
            throw new Feed.UnreadableFile(line, "the file broke off");
        }
    }

    private Map<String, Integer> header() {
        if (!advance() || ahead == null) throw new Feed.UnreadableFile(1, "the file is empty");
        List<String> names = new ArrayList<>(ahead.getFields());
        if (names.size() > COLUMNS_MAX) throw new Feed.UnreadableFile(1, "more than " + COLUMNS_MAX + " columns");
        ahead = null;
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < names.size(); i++) places.putIfAbsent(names.get(i).strip().toLowerCase(Locale.ROOT), i);
        return places;
    }

    @Override public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
