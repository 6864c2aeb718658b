package io.millrace.fuzz;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Values for the schemas of an OpenAPI document: mostly what is asked for, now and then what hurts. The same seed
/// invents the same.
final class Invention {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int DEPTH_MAX = 6;
    private static final int KNOWN_MAX = 400;

    /// Text that other systems have stumbled over. None of it holds what [FuzzTest] takes for the inside showing.
    private static final List<String> HOSTILE_TEXTS = List.of("", " ", "\u0000", "a\u0000b", "' or '1'='1", "\"; --",
        "'; drop table orders; --", "%", "%%%%%%%%", "_", "\\", "\\x00", "..", "../../etc/passwd", "/", "{}", "${7*7}",
        "{{7*7}}", "<script>alert(1)</script>", "a\r\nX-Evil: 1", "\u2028", "\u202Eabc", "\uFEFF", "\u001b[31m",
        "e\u0301", "\uD83D\uDE00".repeat(20), "\uDBFF\uDFFF", "ſ", "İ", "ß", "null", "undefined", "NaN", "true", "[]",
        "0x1F", "1e400", "-1", "0", "9223372036854775808", "99999999999999999999999999999999", "1.", ".5", "-0", "1,5",
        "١٢٣", "2026-02-30T00:00:00Z", "0000-00-00", "+999999999-12-31T23:59:59.999999999Z", "x".repeat(300),
        "y".repeat(5_000), "z".repeat(70_000), "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff", "not-a-uuid", "{\"a\":1}", "a,b,c", "*", "&", "#", "@", "=1+1",
        "(a+)+$", "a b & !c | (d <-> e)", ":*", "fat & (rat", "$1", "?", "\uFFFF");
    private static final List<JsonNode> HOSTILE_NODES = List.of(NODES.nullNode(), NODES.booleanNode(true),
        NODES.numberNode(0), NODES.numberNode(-1), NODES.numberNode(Long.MAX_VALUE), NODES.numberNode(Long.MIN_VALUE),
        NODES.numberNode(Integer.MAX_VALUE), NODES.numberNode(Integer.MIN_VALUE), NODES.numberNode(1e300),
        NODES.numberNode(1e-300), NODES.numberNode(0.1), NODES.numberNode(new java.math.BigInteger("9".repeat(39))),
        NODES.arrayNode(), NODES.objectNode(), NODES.arrayNode().add(NODES.arrayNode().add(NODES.nullNode())),
        NODES.objectNode().put("@class", "java.util.ArrayList"), NODES.stringNode("1"), NODES.stringNode(""));

    private final JsonNode document;
    private final Random random;
    private final int hostilePercent;
    private final List<String> ids = new ArrayList<>();

    Invention(JsonNode document, Random random, int hostilePercent) {
        this.document = document;
        this.random = random;
        this.hostilePercent = hostilePercent;
    }

    /// An id that an answer has shown.
    void learn(String id) {
        if (ids.size() < KNOWN_MAX) ids.add(id);
        else ids.set(random.nextInt(KNOWN_MAX), id);
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    String hostileText() {
        return oneOf(HOSTILE_TEXTS);
    }

    JsonNode resolved(JsonNode node) {
        JsonNode at = node;
        while (at.has("$ref")) at = document.at(at.path("$ref").asString().substring(1));
        return at;
    }

    /// The text of a parameter.
    String text(String name, JsonNode schema) {
        JsonNode value = value(name, schema, 0);
        return value.isContainer() ? value.toString() : value.asString("");
    }

    JsonNode value(String name, JsonNode unresolved, int depth) {
        if (chance(hostilePercent)) return chance(60) ? NODES.stringNode(hostileText()) : oneOf(HOSTILE_NODES);
        JsonNode schema = resolved(unresolved);
        for (String either : List.of("oneOf", "anyOf"))
            if (schema.has(either))
                return value(name, schema.path(either).get(random.nextInt(schema.path(either).size())), depth);
        if (schema.has("const")) return schema.path("const");
        if (schema.has("enum")) return schema.path("enum").get(random.nextInt(schema.path("enum").size()));
        return switch (type(schema)) {
            case "object" -> object(schema, depth);
            case "array" -> array(name, schema, depth);
            case "integer" -> NODES.numberNode(number(schema));
            case "number" -> NODES.numberNode(number(schema) / 100.0);
            case "boolean" -> NODES.booleanNode(random.nextBoolean());
            case "null" -> NODES.nullNode();
            default -> NODES.stringNode(string(name, schema));
        };
    }

    private String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        if (type.isArray()) return type.get(random.nextInt(type.size())).asString();
        if (type.isString()) return type.asString();
        return schema.has("properties") || schema.has("allOf") ? "object" : "string";
    }

    private JsonNode object(JsonNode schema, int depth) {
        ObjectNode object = NODES.objectNode();
        schema.path("allOf").forEach(part -> {
            if (object(resolved(part), depth + 1) instanceof ObjectNode some) object.setAll(some);
        });
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asString()));
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            boolean must = required.contains(property.getKey());
            if (must ? chance(97) : depth < DEPTH_MAX && chance(45))
                object.set(property.getKey(), value(property.getKey(), property.getValue(), depth + 1));
        }
        if (chance(2)) object.put(oneOf(List.of("unknown", "is_admin", "__proto__", "id", "roles", "")), hostileText());
        return object;
    }

    private JsonNode array(String name, JsonNode schema, int depth) {
        var array = NODES.arrayNode();
        int items = chance(2) ? 300 : depth > DEPTH_MAX ? 0 : random.nextInt(3) + schema.path("minItems").asInt(0);
        for (int i = 0; i < items; i++) array.add(value(name, schema.path("items"), depth + 1));
        return array;
    }

    private long number(JsonNode schema) {
        long least = schema.path("minimum").asLong(0);
        long most = Math.max(least, schema.path("maximum").asLong(least + 20));
        return chance(10) ? oneOf(List.of(least, most, least - 1, most + 1))
            : least + random.nextLong(Math.min(most - least + 1, 1_000));
    }

    private String string(String name, JsonNode schema) {
        String format = schema.path("format").asString("");
        if (format.equals("uuid") || name.equals("id") || name.endsWith("_id") || name.endsWith("Id")) return id();
        return switch (format) {
            case "date-time" -> Instant.EPOCH.plusSeconds(random.nextLong(4_000_000_000L)).toString();
            case "date" -> "20%02d-%02d-%02d".formatted(random.nextInt(99), 1 + random.nextInt(12),
                1 + random.nextInt(28));
            case "email" -> "fuzz-" + random.nextInt(50) + "@example.com";
            case "uri" -> "https://example.com/" + random.nextInt(10);
            default -> named(name);
        };
    }

    private String id() {
        return ids.isEmpty() || chance(15) ? new UUID(random.nextLong(), random.nextLong()).toString() : oneOf(ids);
    }

    /// What a person would write into a field of that name.
    private String named(String name) {
        Map<String, Supplier<String>> ways = Map.ofEntries(
            Map.entry("currency", () -> oneOf(List.of("USD", "GHS", "INR", "EUR", "JPY", "XXX"))),
            Map.entry("amount",
                () -> oneOf(List.of("0.01", "1.00", "149.99", "-5.00", "10", "0.001", "92233720368547758.07"))),
            Map.entry("country", () -> oneOf(List.of("US", "GH", "IN", "DE", "ZZ"))),
            Map.entry("email", () -> "fuzz-" + random.nextInt(50) + "@example.com"),
            Map.entry("password", () -> "Fuzz-Password-" + random.nextInt(3)),
            Map.entry("phone", () -> oneOf(List.of("+15125550100", "+233201234567", "5125550100", "12"))),
            Map.entry("channel", () -> oneOf(List.of("pecos", "ebuildify", "bizmarket", "sweets", "proxies", "none"))),
            Map.entry("payment_method", () -> oneOf(List.of("stripe", "cod", "paypal", "none"))),
            Map.entry("shipping_method", () -> oneOf(List.of("standard", "express", "none"))),
            Map.entry("sort", () -> oneOf(List.of("price", "-price", "name", "-name", "newest", "id; --"))),
            Map.entry("cursor", () -> oneOf(List.of("WyJrIl0", "W10", "bnVsbA", "WyJrIiwiMSJd", "WzEsMl0"))),
            Map.entry("code", () -> oneOf(List.of("pecos", "123456", "SAVE10"))),
            Map.entry("provider", () -> oneOf(List.of("stripe", "razorpay", "google", "none"))),
            Map.entry("slug", () -> "fuzz-" + random.nextInt(30)), Map.entry("sku", () -> "FUZZ-" + random.nextInt(30)),
            Map.entry("type", () -> oneOf(List.of("physical", "digital", "licence", "none"))),
            Map.entry("status", () -> oneOf(List.of("active", "draft", "cancelled", "shipped", "none"))));
        Supplier<String> way = ways.get(name);
        return way != null && chance(90) ? way.get() : oneOf(List.of("Ada Rivers", "1 River Road", "Pecos", "boot",
            "A good thing", "fuzz", "12", "Ünï", "lamp & stove"));
    }

    /// The body as bytes; broken as JSON one time in eight.
    byte[] body(JsonNode schema) {
        byte[] bytes = JSON.writeValueAsBytes(value("", schema, 0));
        if (!chance(12)) return bytes;
        String text = new String(bytes, StandardCharsets.UTF_8);
        return switch (random.nextInt(9)) {
            case 0 -> text.substring(0, random.nextInt(text.length() + 1)).getBytes(StandardCharsets.UTF_8);
            case 1 -> (text + text).getBytes(StandardCharsets.UTF_8);
            case 2 -> ("[".repeat(random.nextInt(2_000)) + text).getBytes(StandardCharsets.UTF_8);
            case 3 -> text.replaceFirst("\\{", "{\"id\":1,\"id\":2,").getBytes(StandardCharsets.UTF_8);
            case 4 -> ("\uFEFF" + text).getBytes(StandardCharsets.UTF_8);
            case 5 -> text.getBytes(StandardCharsets.UTF_16);
            case 6 -> text.replace("\"", "'").getBytes(StandardCharsets.UTF_8);
            case 7 -> new byte[0];
            default -> {
                byte[] flipped = bytes.clone();
                for (int i = 0; i < 1 + flipped.length / 50 && flipped.length > 0; i++)
                    flipped[random.nextInt(flipped.length)] = (byte) random.nextInt(256);
                yield flipped;
            }
        };
    }
}
