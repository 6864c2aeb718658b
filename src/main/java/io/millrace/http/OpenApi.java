package io.millrace.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// The contract as one document: the frame `openapi/openapi.yaml` and each room's page in `openapi/rooms/`, which adds
/// its paths, schemas and tags. Two pages that define the same thing are a defect found at start.
final class OpenApi {
    private static final String FRAME = "classpath:openapi/openapi.yaml";
    private static final String ROOMS = "classpath*:openapi/rooms/*.yaml";
    private static final List<String> PARTS = List.of("schemas", "responses", "parameters", "headers");

    private final byte[] json;
    private final byte[] yaml;

    private OpenApi(Map<String, Object> document) {
        this.json = Json.bytes(document);
        DumperOptions block = new DumperOptions();
        block.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        this.yaml = new Yaml(block).dump(document).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    static OpenApi read() {
        try {
            var resources = new PathMatchingResourcePatternResolver();
            Map<String, Object> document = page(resources.getResource(FRAME));
            Resource[] rooms = resources.getResources(ROOMS);
            Arrays.sort(rooms, Comparator.comparing(room -> String.valueOf(room.getFilename())));
            for (Resource room : rooms) merge(document, page(room), String.valueOf(room.getFilename()));
            return new OpenApi(document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] json() {
        return json;
    }

    byte[] yaml() {
        return yaml;
    }

    private static Map<String, Object> page(Resource resource) throws IOException {
        try (InputStream in = resource.getInputStream()) {
            return new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
        }
    }

    private static void merge(Map<String, Object> into, Map<String, Object> room, String name) {
        section(room, "paths")
            .forEach((path, methods) -> add(section(section(into, "paths"), path), map(methods), name + " " + path));
        for (String part : PARTS)
            add(section(section(into, "components"), part), section(section(room, "components"), part), name);
        List<Object> tags = new ArrayList<>(list(into.get("tags")));
        tags.addAll(list(room.get("tags")));
        into.put("tags", tags);
    }

    private static void add(Map<String, Object> into, Map<String, Object> more, String where) {
        more.forEach((key, value) -> {
            if (into.putIfAbsent(key, value) != null)
                throw new IllegalStateException("openapi: " + where + " defines " + key + " again");
        });
    }

    private static Map<String, Object> section(Map<String, Object> of, String name) {
        Map<String, Object> there = map(of.getOrDefault(name, new LinkedHashMap<>()));
        of.put(name, there);
        return there;
    }

    @SuppressWarnings("unchecked") private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    private static List<?> list(@org.jspecify.annotations.Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }
}
