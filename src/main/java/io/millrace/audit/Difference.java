package io.millrace.audit;

import io.millrace.http.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What of two states of a thing is worth an entry: the members in which they differ, of lists the elements that only
/// one of them has, and of long texts the beginning. Pure.
record Difference(@Nullable JsonNode before, @Nullable JsonNode after) {
    /// Who changes a text of thousands of characters is told by their beginning and their number.
    private static final int TEXT_CHARS_MAX = 500;

    static Difference of(@Nullable Object before, @Nullable Object after) {
        JsonNode was = json(before);
        JsonNode is = json(after);
        return new Difference(was == null ? null : without(was, is), is == null ? null : without(is, was));
    }

    private static @Nullable JsonNode json(@Nullable Object value) {
        return value == null ? null : Json.OURS.readTree(Json.bytes(value));
    }

    /// What of one the other does not have.
    private static JsonNode without(JsonNode one, @Nullable JsonNode other) {
        if (one instanceof ObjectNode members) {
            ObjectNode left = Json.OURS.createObjectNode();
            members.properties().forEach(member -> {
                JsonNode there = other == null ? null : other.get(member.getKey());
                if (!member.getValue().equals(there)) left.set(member.getKey(), without(member.getValue(), there));
            });
            return left;
        }
        if (one instanceof ArrayNode elements && other instanceof ArrayNode others) {
            Set<JsonNode> known = new LinkedHashSet<>(others.values());
            List<JsonNode> own = new ArrayList<>();
            for (JsonNode element : elements) if (!known.contains(element)) own.add(element);
            // the same elements in another order
            return Json.OURS.createArrayNode().addAll(own.isEmpty() ? List.copyOf(elements.values()) : own);
        }
        return one.isString() ? Json.OURS.stringNode(cut(one.asString())) : one;
    }

    private static String cut(String text) {
        return text.length() <= TEXT_CHARS_MAX ? text
            : text.substring(0, TEXT_CHARS_MAX) + "... (" + text.length() + " characters)";
    }
}
