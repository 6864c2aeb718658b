package io.millrace.testing;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Holds answers against the OpenAPI document that a shop serves: the path is known, the status is listed, the body is
/// of its schema (JSON Schema 2020-12), and no field is in it that the document does not name.
public final class Contract {
    private static final Set<String> WITHOUT_BODY = Set.of("HEAD", "OPTIONS", "TRACE");
    private static final Map<String, Contract> KNOWN = new ConcurrentHashMap<>();

    private final JsonNode document;
    private final List<PathPattern> paths = new ArrayList<>();
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    private Contract(JsonNode document) {
        this.document = document;
        strict(document);
        PathPatternParser parser = new PathPatternParser();
        document.path("paths").propertyNames().forEach(path -> paths.add(parser.parse(path)));
        paths.sort(PathPattern.SPECIFICITY_COMPARATOR);
    }

    /// That of the shop behind a client; read once.
    public static Contract of(Client client) {
        return KNOWN.computeIfAbsent(client.base(), base -> new Contract(Client.of(base)
            .get("/api-docs/openapi.json").expect(200).json()));
    }

    /// Every `METHOD /path` of the document.
    public Set<String> operations() {
        Set<String> all = new TreeSet<>();
        document.path("paths").properties().forEach(path -> path.getValue().propertyNames()
            .forEach(method -> all.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        return all;
    }

    /// Fails with everything that is wrong with this answer; gives it back when nothing is.
    public Answer check(Answer answer) {
        List<String> wrong = wrong(answer);
        if (!wrong.isEmpty())
            throw new AssertionError("against the contract: " + String.join("; ", wrong) + "\n" + answer);
        return answer;
    }

    List<String> wrong(Answer answer) {
        String method = answer.request().substring(0, answer.request().indexOf(' '));
        String path = path(answer.request().substring(method.length() + 1));
        if (WITHOUT_BODY.contains(method) || !path.startsWith("/api/")) return List.of();
        PathPattern known = known(path);
        if (known == null)
            return answer.status() == 404 || answer.status() == 400 ? List.of()
                : List.of(path + " is not in the document");
        JsonNode operation = document.path("paths").path(known.getPatternString())
            .path(method.toLowerCase(Locale.ROOT));
        if (operation.isMissingNode())
            return answer.status() == 405 ? List.of()
                : List.of(method + " " + known + " is not in the document");
        JsonNode responses = operation.path("responses");
        String status = Integer.toString(answer.status());
        if (!responses.has(status) && answer.status() < 400) return List.of("the status " + status + " is not listed");
        JsonNode response = resolved(responses.has(status) ? responses.path(status) : responses.path("default"));
        return body(answer, response.path("content"), method + " " + known + " " + status);
    }

    private List<String> body(Answer answer, JsonNode content, String where) {
        if (content.isMissingNode() || content.isEmpty())
            return answer.bytes().length == 0 ? List.of() : List.of("a body where none is listed");
        String type = String.valueOf(answer.header("Content-Type")).replaceFirst(";.*", "");
        JsonNode schema = content.path(type).path("schema");
        if (schema.isMissingNode()) return List.of("the media type " + type + " is not listed");
        if (type.equals("application/x-ndjson"))
            return answer.text().lines()
                .flatMap(line -> errors(schema, where + " line", Client.JSON.readTree(line)).stream()).toList();
        return type.endsWith("json") ? errors(schema, where + " " + type, answer.json()) : List.of();
    }

    private List<String> errors(JsonNode schema, String where, JsonNode body) {
        Schema compiled = schemas.computeIfAbsent(where, w -> compiled(schema));
        return compiled.validate(body).stream().map(Error::toString).collect(Collectors.toList());
    }

    private Schema compiled(JsonNode schema) {
        ObjectNode whole = (ObjectNode) schema.deepCopy();
        whole.set("components", document.path("components"));
        return registry.getSchema(whole);
    }

    private JsonNode resolved(JsonNode node) {
        String ref = node.path("$ref").asString("");
        return ref.isEmpty() ? node : document.at(ref.substring(1));
    }

    private @Nullable PathPattern known(String path) {
        PathContainer parsed = PathContainer.parsePath(path);
        return paths.stream().filter(pattern -> pattern.matches(parsed)).findFirst().orElse(null);
    }

    private static String path(String asked) {
        String path = asked.replaceFirst("^http://[^/]+", "").replaceFirst("\\?.*", "");
        String rooted = path.startsWith("/") ? path : "/api/v1/" + path;
        return rooted.startsWith("/api/") && !rooted.startsWith("/api/v") ? "/api/v1" + rooted.substring(4) : rooted;
    }

    /// Clients must bear new fields; our own tests must not.
    private static void strict(JsonNode node) {
        if (node instanceof ObjectNode object && object.has("properties") && object.path("type").asString("")
            .equals("object") && !object.has("additionalProperties")) object.put("additionalProperties", false);
        node.forEach(Contract::strict);
    }

    /// The document itself, for tests that read it.
    public String text() {
        return new String(Client.JSON.writeValueAsBytes(document), StandardCharsets.UTF_8);
    }
}
