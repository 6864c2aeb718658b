package io.millrace.testing;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;

/// Shop data that nobody here wrote, kept beside the project in `../shared/data`. Where it is absent, tests that need
/// it are skipped and say so.
public final class RealData {
    private static final Path FOLDER = Path.of("..", "shared", "data");

    private RealData() {}

    public static Path file(String name) {
        Path file = FOLDER.resolve(name);
        Assumptions.assumeTrue(Files.exists(file), () -> "SKIPPED: the real shop data " + name
            + " is not in ../shared/data beside the project");
        return file;
    }

    public static InputStream open(String name) {
        try {
            InputStream in = Files.newInputStream(file(name));
            return name.endsWith(".gz") ? new GZIPInputStream(in, 64 * 1024) : in;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The rows of a CSV with a header, one at a time.
    public static Stream<NamedCsvRecord> rows(String name) {
        return CsvReader.builder().allowMissingFields(true).allowExtraFields(true).detectBomHeader(true)
            .ofNamedCsvRecord(open(name)).stream();
    }
}
