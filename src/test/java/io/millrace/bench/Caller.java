package io.millrace.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// One kept HTTP/1.1 connection that costs the client as little as can be: blocking, no pool, no headers it is not
/// asked for. The load and the loaded share the cores, so a dear client would measure itself.
final class Caller implements AutoCloseable {
    private final Socket socket;
    private final OutputStream out;
    private final InputStream in;

    record Told(int status, String head, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        String header(String name) {
            for (String line : head.split("\r\n"))
                if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                    return line.substring(name.length() + 1).strip();
            return "";
        }
    }

    Caller(URI base) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), base.getPort());
            socket.setTcpNoDelay(true);
            out = socket.getOutputStream();
            in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// `headers` are whole lines, each with its line end.
    static byte[] request(String method, String path, String headers, byte[] body) {
        byte[] head = (method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers
            + (method.equals("GET") ? "" : "Content-Length: " + body.length + "\r\n") + "\r\n")
            .getBytes(StandardCharsets.UTF_8);
        byte[] all = java.util.Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return all;
    }

    Told get(String path, String headers) {
        return call(request("GET", path, headers, new byte[0]));
    }

    Told post(String path, String headers, String body) {
        return call(request("POST", path, "Content-Type: application/json\r\n" + headers,
            body.getBytes(StandardCharsets.UTF_8)));
    }

    Told call(byte[] request) {
        try {
            out.write(request);
            String head = head();
            int length = 0;
            for (int at = head.indexOf("\r\n"); at >= 0; at = head.indexOf("\r\n", at + 2))
                if (head.regionMatches(true, at + 2, "content-length:", 0, 15))
                    length = Integer.parseInt(head.substring(at + 17, head.indexOf("\r\n", at + 2)).strip());
            int status = Integer.parseInt(head.substring(9, 12));
            return new Told(status, head, status == 304 || status == 204 ? new byte[0] : in.readNBytes(length));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private String head() throws IOException {
        StringBuilder head = new StringBuilder(512);
        int ends = 0;
        while (ends < 4) {
            int b = in.read();
            if (b < 0) throw new IOException("closed in " + head);
            head.append((char) b);
            ends = b == "\r\n\r\n".charAt(ends) ? ends + 1 : b == '\r' ? 1 : 0;
        }
        return head.toString();
    }

    @Override public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
