package io.millrace.imports;

import io.millrace.http.Json;
import io.millrace.http.ProblemException;
import io.millrace.channel.Channel;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// One product a line, as JSON: what our own export writes, and what a program would write ([Line]).
final class NdjsonFeed implements Feed {
    private final InputStream in;
    private final Channel channel;
    private long line;
    private byte @Nullable [] ahead;

    NdjsonFeed(InputStream in, Channel channel) {
        this.in = new BufferedInputStream(in, 64 * 1024);
        this.channel = channel;
    }

    @Override public boolean hasNext() {
        try {
            while (ahead == null || isBlank(ahead)) {
                ahead = read();
                if (ahead == null) return false;
                line++;
            }
            return true;
        } catch (IOException e) {
            throw new UnreadableFile(line, "the file broke off");
        }
    }

    @Override public Entry next() {
        if (!hasNext() || ahead == null) throw new NoSuchElementException();
        byte[] text = ahead;
        ahead = null;
        try {
            return Json.read(text, Line.class).entry(line, channel);
        } catch (ProblemException e) {
            return new Entry(List.of(line), "", new Entry.Content.Refused(e.problem().errors().isEmpty()
                ? java.util.Map.of("line", List.of(e.problem().message())) : e.problem().errors()));
        }
    }

    /// The bytes up to the next line feed, null at the end; a line longer than a document is a broken file.
    private byte @Nullable [] read() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        int next = in.read();
        if (next < 0) return null;
        while (next >= 0 && next != '\n') {
            bytes.write(next);
            if (bytes.size() > Json.DOCUMENT_BYTES_MAX)
                throw new UnreadableFile(line + 1, "a line may have at most " + Json.DOCUMENT_BYTES_MAX + " bytes");
            next = in.read();
        }
        return bytes.toByteArray();
    }

    private static boolean isBlank(byte[] text) {
        for (byte b : text) if (b > ' ' || b < 0) return false;
        return true;
    }

    @Override public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
