package io.millrace.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What went over the wire, with ids, times and secrets masked, compared with `src/test/resources/journeys/*.http`.
/// `-Dapprove` writes the files anew; read the difference before you commit it.
final class Transcript {
    private static final Path FOLDER = Path.of("src/test/resources/journeys");
    private static final JsonMapper PRETTY = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final Pattern ID =
        Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final Pattern NUMBER = Pattern.compile("\\b[A-Z]{3}-[0-9A-Z]{7}\\b");
    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
    private static final Pattern SECRET = Pattern.compile("(\"(?:\\w*token|client_secret|provider_reference|"
        + "payment_intent_id|quote_hash|hash|next_cursor|ticket|email|request_id)\" : )\"[^\"]*\"");
    private static final Pattern INTENT = Pattern.compile("(pi|ch|re|evt)_[A-Za-z0-9]{8,}");

    private final String name;
    private final StringBuilder story = new StringBuilder();
    private final Map<String, String> ids = new LinkedHashMap<>();

    Transcript(String name) {
        this.name = name;
    }

    void heading(String step) {
        story.append("\n# ").append(step).append("\n\n");
    }

    /// Sends the request and writes both sides down.
    Answer send(Client client, String method, String path, @Nullable Object body) {
        Answer answer = client.send(method, path, body);
        story.append("> ").append(method).append(' ').append(masked(path)).append('\n');
        if (body != null)
            story.append(indented("  ", pretty(body instanceof String text ? text
                : new String(JsonMapper.shared().writeValueAsBytes(body), java.nio.charset.StandardCharsets.UTF_8))));
        story.append("< ").append(answer.status()).append('\n');
        if (answer.bytes().length > 0) story.append(indented("  ", pretty(answer.text())));
        story.append('\n');
        return answer;
    }

    /// Writes down something that was seen, such as the names of events on a stream.
    void saw(String what) {
        story.append("= ").append(masked(what)).append("\n\n");
    }

    /// Holds the story against the approved one.
    void approved() {
        Path file = FOLDER.resolve(name + ".http");
        String told = story.toString().strip() + "\n";
        try {
            if (System.getProperty("approve") != null || !Files.exists(file)) {
                Files.createDirectories(FOLDER);
                Files.writeString(file, told);
            }
            assertThat(told).as("the journey as approved in " + file + "; -Dapprove writes it anew")
                .isEqualTo(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String pretty(String text) {
        try {
            JsonNode json = PRETTY.readTree(text);
            return masked(PRETTY.writeValueAsString(json));
        } catch (tools.jackson.core.JacksonException notJson) {
            return masked(text);
        }
    }

    private String masked(String text) {
        String out = ID.matcher(text).replaceAll(id -> ids.computeIfAbsent(id.group(), k -> "id-" + (ids.size() + 1)));
        out = NUMBER.matcher(out).replaceAll("{number}");
        out = TIME.matcher(out).replaceAll("{time}");
        out = SECRET.matcher(out).replaceAll("$1\"{secret}\"");
        out = INTENT.matcher(out).replaceAll("$1_{id}");
        return out;
    }

    private static String indented(String by, String text) {
        Matcher lines = Pattern.compile("(?m)^").matcher(text);
        return lines.replaceAll(by) + "\n";
    }
}
