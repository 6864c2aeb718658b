package io.millrace.postgres;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// One statement in the making: pieces of several rooms, run as one chain of CTEs in one round trip.
///
/// R2DBC costs 55-75 us of CPU per statement whatever it does, so the hot use cases are one statement; the rooms stay
/// apart because each offers its own piece. Immutable; the compiled text is cached by the pieces' texts.
public final class Write {
    /// Distinct shapes of statements we keep compiled; shapes are made by code, so this is never reached honestly.
    private static final int COMPILED_MAX = 2_000;
    private static final Map<Shape, Compiled> COMPILED = new ConcurrentHashMap<>();

    private final List<Piece> pieces;

    private Write(List<Piece> pieces) {
        this.pieces = pieces;
    }

    public static Write of(Piece... pieces) {
        return new Write(List.of(pieces));
    }

    public Write with(Piece piece) {
        List<Piece> more = new ArrayList<>(pieces);
        more.add(piece);
        return new Write(List.copyOf(more));
    }

    public boolean isEmpty() {
        return pieces.isEmpty();
    }

    Statement statement() {
        Shape shape = new Shape(pieces.stream().map(piece -> new Part(piece.text(), piece.checks(), piece.answers()))
            .toList());
        Compiled compiled = COMPILED.get(shape);
        if (compiled == null) {
            compiled = compile(shape);
            if (COMPILED.size() < COMPILED_MAX) COMPILED.put(shape, compiled);
        }
        Object[] values = new Object[compiled.slots().size()];
        for (int i = 0; i < values.length; i++) {
            Slot slot = compiled.slots().get(i);
            Object value = pieces.get(slot.piece()).binds().get(slot.bind());
            if (value == null) throw new IllegalStateException("nothing bound to :" + slot.bind());
            values[i] = value;
        }
        return new Statement(compiled.sql(), values);
    }

    private static Compiled compile(Shape shape) {
        List<String> ctes = new ArrayList<>();
        List<String> columns = new ArrayList<>();
        List<Slot> slots = new ArrayList<>();
        Map<String, Integer> seen = new HashMap<>();
        int checks = 0;
        for (int i = 0; i < shape.parts().size(); i++) {
            Part part = shape.parts().get(i);
            String number = occurrence(seen.merge(part.text(), 1, Integer::sum));
            Map<String, Integer> places = new HashMap<>();
            ctes.add(positional(part.text(), i, number, places, slots));
            for (Piece.Check check : part.checks())
                columns.add("case when " + positional(check.condition(), i, number, places, slots) + " then true else "
                    + "public.refuse(" + positional(check.reason(), i, number, places, slots) + ") end as check_"
                    + checks++);
            for (var answer : part.answers().entrySet())
                columns.add(positional(answer.getValue(), i, number, places, slots) + " as "
                    + answer.getKey().replace("{i}", number));
        }
        String what = columns.isEmpty() ? "1" : String.join(", ", columns);
        return new Compiled("with " + String.join(", ", ctes) + " select " + what, List.copyOf(slots));
    }

    private static String occurrence(int number) {
        return number == 1 ? "" : "_" + number;
    }

    /// Turns `:name` into `$n`, leaving casts (`::uuid`), quoted text and comments alone.
    static String positional(String text, int piece, String number, Map<String, Integer> places, List<Slot> slots) {
        StringBuilder out = new StringBuilder(text.length());
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\'') quoted = !quoted;
            if (!quoted && text.startsWith("{i}", i)) {
                out.append(number);
                i += 2;
            } else if (!quoted && c == ':' && i + 1 < text.length() && text.charAt(i + 1) == ':') {
                out.append("::");
                i++;
            } else if (!quoted && c == ':' && i + 1 < text.length() && isName(text.charAt(i + 1))) {
                int end = i + 1;
                while (end < text.length() && isName(text.charAt(end))) end++;
                String name = text.substring(i + 1, end);
                Integer place = places.get(name);
                if (place == null) {
                    slots.add(new Slot(piece, name));
                    place = slots.size();
                    places.put(name, place);
                }
                out.append('$').append((int) place);
                i = end - 1;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean isName(char c) {
        return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }

    record Statement(String sql, Object[] values) {}

    record Slot(int piece, String bind) {}

    private record Part(String text, List<Piece.Check> checks, Map<String, String> answers) {}

    private record Shape(List<Part> parts) {}

    private record Compiled(String sql, List<Slot> slots) {}

    /// What a statement answered: the named answers of its pieces.
    public record Answers(Map<String, Object> values) {
        public @Nullable Object get(String name) {
            return values.get(name);
        }

        public <T> @Nullable T get(String name, Class<T> type) {
            return type.cast(values.get(name));
        }
    }
}
