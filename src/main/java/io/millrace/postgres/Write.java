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
    private static final Map<String, Compiled> PLAIN = new ConcurrentHashMap<>();

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

    /// A plain text with `:name` binds, compiled once.
    static Compiled compiled(String text) {
        Compiled known = PLAIN.get(text);
        if (known != null) return known;
        List<Slot> slots = new ArrayList<>();
        Compiled compiled = new Compiled(positional(text, 0, "", new HashMap<>(), slots), List.copyOf(slots));
        if (PLAIN.size() < COMPILED_MAX) PLAIN.put(text, compiled);
        return compiled;
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

    /// Turns `:name` into `$n` and `{i}` into the occurrence's number, leaving alone what is not ours: casts
    /// (`::uuid`), array slices (`a[1:2]`), quoted text and names, dollar-quoted text, and comments.
    static String positional(String text, int piece, String number, Map<String, Integer> places, List<Slot> slots) {
        StringBuilder out = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            int end = foreign(text, i);
            if (end > i) {
                out.append(text, i, end);
            } else if (text.startsWith("{i}", i)) {
                out.append(number);
                end = i + 3;
            } else if (text.charAt(i) == ':' && i + 1 < text.length() && isFirst(text.charAt(i + 1))) {
                end = i + 1;
                while (end < text.length() && isName(text.charAt(end))) end++;
                out.append('$').append(place(text.substring(i + 1, end), piece, places, slots));
            } else {
                out.append(text.charAt(i));
                end = i + 1;
            }
            i = end;
        }
        return out.toString();
    }

    private static int place(String name, int piece, Map<String, Integer> places, List<Slot> slots) {
        Integer place = places.get(name);
        if (place != null) return place;
        slots.add(new Slot(piece, name));
        places.put(name, slots.size());
        return slots.size();
    }

    /// Where the text that is not ours ends, when it begins here; else the same place.
    private static int foreign(String text, int at) {
        return switch (text.charAt(at)) {
            case '\'' -> after(text, at + 1, "'", at > 0 && (text.charAt(at - 1) == 'E' || text.charAt(at - 1) == 'e'));
            case '"' -> after(text, at + 1, "\"", false);
            case '-' -> text.startsWith("--", at) ? after(text, at, "\n", false) : at;
            case '/' -> text.startsWith("/*", at) ? after(text, at, "*/", false) : at;
            case ':' -> text.startsWith("::", at) ? at + 2 : at;
            case '$' -> dollarQuoted(text, at);
            default -> at;
        };
    }

    /// A doubled quote ends the text and begins it again at once, so it needs no care here.
    private static int after(String text, int from, String mark, boolean backslashes) {
        int at = from;
        while (at < text.length()) {
            if (backslashes && text.charAt(at) == '\\') at += 2;
            else if (text.startsWith(mark, at)) return at + mark.length();
            else at++;
        }
        return text.length();
    }

    private static int dollarQuoted(String text, int at) {
        int end = at + 1;
        while (end < text.length() && isName(text.charAt(end))) end++;
        if (end >= text.length() || text.charAt(end) != '$') return at;
        return after(text, end + 1, text.substring(at, end + 1), false);
    }

    private static boolean isFirst(char c) {
        return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static boolean isName(char c) {
        return isFirst(c) || c >= '0' && c <= '9';
    }

    record Statement(String sql, Object[] values) {}

    record Slot(int piece, String bind) {}

    private record Part(String text, List<Piece.Check> checks, Map<String, String> answers) {}

    private record Shape(List<Part> parts) {}

    record Compiled(String sql, List<Slot> slots) {}

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
