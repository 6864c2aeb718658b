package io.millrace.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads a text/event-stream as a browser does: events with id, name and data, comments apart. Close it to hang up.
public final class EventReader implements AutoCloseable {
    /// One event of a stream.
    public record Event(String id, String name, String data) {
        public JsonNode json() {
            return Client.JSON.readTree(data);
        }
    }

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final List<String> comments = new CopyOnWriteArrayList<>();
    private final HttpResponse<InputStream> response;
    private volatile boolean ended;
    private volatile @Nullable String retry;

    private EventReader(HttpResponse<InputStream> response) {
        this.response = response;
    }

    static EventReader open(HttpClient http, HttpRequest request) {
        try {
            EventReader reader = new EventReader(http.send(request, BodyHandlers.ofInputStream()));
            Thread.ofVirtual().name("events " + request.uri().getPath()).start(reader::read);
            return reader;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void read() {
        try (var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            String id = "";
            String name = "message";
            var data = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty()) {
                    if (!data.isEmpty()) events.add(new Event(id, name, data.substring(0, data.length() - 1)));
                    name = "message";
                    data.setLength(0);
                } else if (line.startsWith(":")) comments.add(line.substring(1).strip());
                else if (line.startsWith("id:")) id = line.substring(3).strip();
                else if (line.startsWith("event:")) name = line.substring(6).strip();
                else if (line.startsWith("retry:")) retry = line.substring(6).strip();
                else if (line.startsWith("data:")) data.append(line.substring(5).stripLeading()).append('\n');
            }
        } catch (IOException cut) {
            comments.add("cut: " + cut.getMessage());
        } finally {
            ended = true;
        }
    }

    public int status() {
        return response.statusCode();
    }

    public HttpResponse<InputStream> response() {
        return response;
    }

    /// All events so far.
    public List<Event> events() {
        return List.copyOf(events);
    }

    public List<String> names() {
        return events.stream().map(Event::name).toList();
    }

    /// Heartbeats and other comments so far.
    public List<String> comments() {
        return List.copyOf(comments);
    }

    /// The server said goodbye or the connection broke.
    public boolean ended() {
        return ended;
    }

    public @Nullable String retry() {
        return retry;
    }

    /// The id to resume after: that of the last event heard.
    public String lastId() {
        return events.isEmpty() ? "" : events.getLast().id();
    }

    /// Waits for an event of that name.
    public Event await(String name) {
        return await(event -> event.name().equals(name), "an event " + name);
    }

    public Event await(Predicate<Event> wanted, String what) {
        Eventually.holds(what + "; heard " + names(), () -> events.stream().anyMatch(wanted));
        return events.stream().filter(wanted).findFirst().orElseThrow();
    }

    /// Waits until that many events were heard.
    public List<Event> awaitCount(int count, Duration patience) {
        Eventually.holds(count + " events", patience, () -> events.size() >= count);
        return events();
    }

    @Override public void close() {
        try {
            response.body().close();
        } catch (IOException alreadyCut) {
            ended = true;
        }
    }
}
