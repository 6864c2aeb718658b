package io.millrace.imports;

import io.millrace.testing.Client;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Sends a file to a shop as it is read, and reads the answers as they come.
public record Import(JsonNode summary, List<JsonNode> refused, long outcomes) {
    private static final JsonMapper JSON = JsonMapper.shared();

    public long count(String what) {
        return summary.path("tally").path(what).asLong();
    }

    public static Import csv(Client admin, String token, String channel, InputStream file) {
        return send(admin, token, channel, "text/csv", file);
    }

    /// Lines made one by one while they are sent: the whole file is never there.
    public static Import ndjson(Client admin, String token, String channel, Stream<Map<String, Object>> lines) {
        return send(admin, token, channel, "application/x-ndjson", new Lines(lines.iterator()));
    }

    private static Import send(Client shop, String token, String channel, String type, InputStream file) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(shop.base() + "/api/v1/admin/imports/products"))
            .header("Content-Type", type).header("X-Channel", channel).header("Authorization", "Bearer " + token)
            .POST(HttpRequest.BodyPublishers.ofInputStream(() -> file)).build();
        try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            return read(response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Import read(HttpResponse<InputStream> response) throws IOException {
        List<JsonNode> refused = new ArrayList<>();
        long outcomes = 0;
        JsonNode last = JSON.createObjectNode();
        try (var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = JSON.readTree(line);
                if (last.has("outcome")) outcomes++;
                if (last.path("outcome").asString("").equals("refused")) refused.add(last);
            }
        }
        if (response.statusCode() != 200 || !last.has("tally"))
            throw new AssertionError("import answered " + response.statusCode() + " " + last);
        return new Import(last, refused, outcomes);
    }

    private static final class Lines extends InputStream {
        private final Iterator<Map<String, Object>> lines;
        private byte[] line = new byte[0];
        private int at;

        Lines(Iterator<Map<String, Object>> lines) {
            this.lines = lines;
        }

        @Override public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override public int read(byte[] into, int from, int length) {
            if (at == line.length) {
                if (!lines.hasNext()) return -1;
                line = (JSON.writeValueAsString(lines.next()) + "\n").getBytes(StandardCharsets.UTF_8);
                at = 0;
            }
            int count = Math.min(length, line.length - at);
            System.arraycopy(line, at, into, from, count);
            at += count;
            return count;
        }
    }
}
