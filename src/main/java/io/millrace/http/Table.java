package io.millrace.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/// All rows of the house in one index: whole paths by hash, patterns by their first segments and most specific first.
/// So a request costs one look-up however many tables there are, and the order of the tables means nothing.
final class Table {
    /// `/api/v1/products`: as many segments as nearly every path has in common with its resource only.
    private static final int KEY_SEGMENTS = 3;

    private final PathPatternParser parser = new PathPatternParser();
    private final Map<String, Place> exact = new HashMap<>();
    private final Map<String, List<Place>> patterns = new HashMap<>();

    /// One path and the methods it has.
    static final class Place {
        final PathPattern pattern;
        final Map<String, Rows.Row> rows = new TreeMap<>();

        private Place(PathPattern pattern) {
            this.pattern = pattern;
        }

        /// The row of a method; `HEAD` is a `GET` whose body is not sent.
        Rows.@Nullable Row row(HttpMethod method) {
            return rows.get(method == HttpMethod.HEAD ? HttpMethod.GET.name() : method.name());
        }

        String allowed() {
            List<String> methods = new ArrayList<>(rows.keySet());
            if (rows.containsKey(HttpMethod.GET.name())) methods.add(HttpMethod.HEAD.name());
            methods.add(HttpMethod.OPTIONS.name());
            return String.join(", ", methods);
        }
    }

    /// A place that a path matched, with the path's variables.
    record Found(Place place, Map<String, String> variables) {}

    synchronized void add(String path, Rows.Row row) {
        boolean isPattern = path.indexOf('{') >= 0 || path.indexOf('*') >= 0;
        Place place = isPattern ? pattern(path) : exact.computeIfAbsent(path, p -> new Place(parser.parse(p)));
        if (place.rows.putIfAbsent(row.method.name(), row) != null)
            throw new IllegalStateException("two rows for " + row.method + " " + path);
    }

    private Place pattern(String path) {
        List<Place> bucket = patterns.computeIfAbsent(key(path), k -> new ArrayList<>());
        PathPattern pattern = parser.parse(path);
        for (Place place : bucket) if (place.pattern.equals(pattern)) return place;
        Place place = new Place(pattern);
        bucket.add(place);
        bucket.sort(Comparator.comparing(p -> p.pattern, PathPattern.SPECIFICITY_COMPARATOR));
        return place;
    }

    @Nullable Found find(String path, PathContainer parsed) {
        Place whole = exact.get(path);
        if (whole != null) return new Found(whole, Map.of());
        for (String key = key(path); !key.isEmpty(); key = key.substring(0, key.lastIndexOf('/'))) {
            for (Place place : patterns.getOrDefault(key, List.of())) {
                PathPattern.PathMatchInfo match = place.pattern.matchAndExtract(parsed);
                if (match != null) return new Found(place, match.getUriVariables());
            }
        }
        return null;
    }

    /// The literal start of a path, up to three segments.
    private static String key(String path) {
        int end = 0;
        for (int segments = 0; segments < KEY_SEGMENTS; segments++) {
            int next = path.indexOf('/', end + 1);
            String segment = next < 0 ? path.substring(end) : path.substring(end, next);
            if (segment.indexOf('{') >= 0 || segment.indexOf('*') >= 0) return path.substring(0, end);
            if (next < 0) return path;
            end = next;
        }
        return path.substring(0, end);
    }
}
