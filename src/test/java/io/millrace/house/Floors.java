package io.millrace.house;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The floor plan as data: the tests of this package hold the code against it, and README prints it.
final class Floors {
    static final Path MAIN = Path.of("src/main/java/io/millrace");
    static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");

    /// From the ground up; an import may only point to a lower floor (or, on floor 0, to the rooms it names).
    private static final List<List<String>> PLAN = List.of(
        List.of("settings", "money", "tracing", "postgres", "http", "messaging", "jobs", "vault", "audit", "storage"),
        List.of("identity", "channel", "catalog", "ledger"),
        List.of("inventory", "pricing", "cart", "payment", "fulfilment", "customer", "keys", "federation",
            "twofactor"),
        List.of("ordering", "wallet", "credit"),
        List.of("marketplace"),
        List.of("storefront", "tracking", "imports", "notification", "analytics", "partners", "support",
            "privacy"),
        List.of("sandbox", "demo", "embedded"));

    /// Rooms of one floor that may know each other all the same, and why.
    static final Map<String, List<String>> NEIGHBOURS = Map.of(
        "postgres", List.of("tracing"),
        "http", List.of("settings", "money", "tracing", "postgres", "jobs", "vault"),
        "jobs", List.of("postgres"),
        "vault", List.of("postgres", "jobs"),
        "audit", List.of("postgres", "jobs", "vault", "http"),
        "messaging", List.of("tracing", "postgres", "http", "jobs", "audit"),
        "catalog", List.of("channel"),           // a product is listed in a channel
        "cart", List.of("pricing"),              // a cart is priced whenever it is looked at
        "customer", List.of("payment"));         // a saved card is looked up at its provider

    private Floors() {}

    static Map<String, Integer> floors() {
        return IntStream.range(0, PLAN.size()).boxed()
            .flatMap(floor -> PLAN.get(floor).stream().map(room -> Map.entry(room, floor)))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    static boolean mayKnow(String room, String other) {
        Map<String, Integer> floors = floors();
        Integer here = floors.get(room);
        Integer there = floors.get(other);
        if (here == null || there == null) return false;
        return there < here || NEIGHBOURS.getOrDefault(room, List.of()).contains(other);
    }

    /// The rooms that stand today.
    static List<String> rooms() throws IOException {
        try (Stream<Path> folders = Files.list(MAIN)) {
            return folders.filter(Files::isDirectory).map(folder -> folder.getFileName().toString()).sorted().toList();
        }
    }

    static List<Path> sources(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        }
    }
}
