package io.millrace.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A bare socket to the shop: sends bytes as they are and keeps whatever comes back.
final class Raw implements AutoCloseable {
    private static final int PATIENCE_MS = 15_000;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3})");
    private final Socket socket = new Socket();
    private final InputStream in;
    private final StringBuilder heard = new StringBuilder();
    private boolean closedByServer;
    private boolean reset;

    Raw(int port) throws IOException {
        socket.setSoTimeout(PATIENCE_MS);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        in = new java.io.BufferedInputStream(socket.getInputStream(), 4_096);
    }

    Raw send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// A server that already refused may close while we still talk.
    Raw send(byte[] bytes) throws IOException {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
        } catch (SocketException closed) {
            closedByServer = true;
            reset = true;
        }
        return this;
    }

    /// Reads until the server closes; without a close it fails after fifteen seconds.
    Raw readToEnd() throws IOException {
        try {
            for (int b = in.read(); b >= 0; b = in.read()) heard.append((char) b);
        } catch (SocketTimeoutException late) {
            throw new AssertionError("the server did not close; heard: " + heard, late);
        } catch (SocketException gone) {
            reset = true;
        }
        closedByServer = true;
        return this;
    }

    /// Reads until this text was heard.
    Raw readUntil(String text) throws IOException {
        for (int b = in.read(); b >= 0; b = in.read()) {
            heard.append((char) b);
            if (heard.indexOf(text) >= 0) return this;
        }
        throw new AssertionError("the server closed before " + text + "; heard: " + heard);
    }

    String heard() {
        return heard.toString();
    }

    boolean isClosedByServer() {
        return closedByServer;
    }

    /// Whether the server broke the connection off instead of ending it.
    boolean wasReset() {
        return reset;
    }

    /// The status of the first answer; 0 when there was none.
    int status() {
        Matcher matcher = STATUS.matcher(heard);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    long answers() {
        return STATUS.matcher(heard).results().count();
    }

    @Override public void close() throws IOException {
        socket.close();
    }
}
