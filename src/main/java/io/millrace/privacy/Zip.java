package io.millrace.privacy;

import io.millrace.http.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// A ZIP in the making, taken away piece by piece: it never holds more than what was put in since the last [#drained].
/// Each file is a JSON array, written record by record. For one thread at a time.
final class Zip {
    private static final byte[] BEGIN = "[".getBytes(StandardCharsets.UTF_8);
    private static final byte[] NEXT = ",\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] END = "]\n".getBytes(StandardCharsets.UTF_8);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
    private final Instant at;
    private boolean first = true;

    Zip(Instant at) {
        this.at = at;
    }

    Zip begin(String section) {
        return write(() -> {
            ZipEntry entry = new ZipEntry(section + ".json");
            entry.setTimeLocal(at.atOffset(java.time.ZoneOffset.UTC).toLocalDateTime());
            zip.putNextEntry(entry);
            zip.write(BEGIN);
            first = true;
        });
    }

    Zip add(Object record) {
        return write(() -> {
            if (!first) zip.write(NEXT);
            first = false;
            zip.write(Json.bytes(record));
        });
    }

    Zip end() {
        return write(() -> {
            zip.write(END);
            zip.closeEntry();
        });
    }

    Zip finish() {
        return write(zip::finish);
    }

    /// What came out since the last time; may be nothing, because the compressor gathers.
    byte[] drained() {
        byte[] bytes = out.toByteArray();
        out.reset();
        return bytes;
    }

    private Zip write(Step step) {
        try {
            step.run();
            return this;
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }
}
