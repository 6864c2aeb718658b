package io.millrace.imports;

import java.util.Iterator;

/// The entries of one file, read as they are asked for, never more than one product ahead.
///
/// It blocks on its input, so it runs on the import workers. A broken file ends it with an [UnreadableFile].
interface Feed extends Iterator<Entry>, AutoCloseable {
    @Override void close();

    /// The file cannot be read from this line on.
    final class UnreadableFile extends RuntimeException {
        private final long line;

        UnreadableFile(long line, String reason) {
            super(reason, null, false, false);
            this.line = line;
        }

        long line() {
            return line;
        }

        String reason() {
            return String.valueOf(getMessage());
        }
    }
}
