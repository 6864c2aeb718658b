package io.millrace.privacy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;

/// Words that nobody else uses, one for each place where a person leaves something, and how they look when somebody
/// wrote them down in another alphabet.
final class Marks {
    private final Map<String, String> marks = new LinkedHashMap<>();
    private final Random random;

    Marks(long seed) {
        random = new Random(seed);
        System.out.println("marks of seed " + seed);
    }

    /// A new word for this place.
    String word(String place) {
        String word = "zq" + Long.toString(random.nextLong(1L << 50, 1L << 51), 36);
        marks.put(place, word);
        return word;
    }

    /// A new phone number for this place, in international form.
    String phone(String place) {
        String digits = "202" + (2_000_000 + random.nextInt(7_999_999));
        marks.put(place, digits);
        return "+1" + digits;
    }

    Map<String, String> all() {
        return marks;
    }

    /// Every form of every mark: plain, hexadecimal, and the part of its base64 that does not depend on what stands
    /// before and after.
    Pattern anywhere() {
        List<String> forms = new ArrayList<>();
        for (String mark : marks.values()) {
            byte[] bytes = mark.getBytes(StandardCharsets.UTF_8);
            forms.add("(?i:" + mark + ")");
            forms.add("(?i:" + HexFormat.of().formatHex(bytes) + ")");
            for (int before = 0; before < 3; before++) forms.add(base64(bytes, before));
        }
        return Pattern.compile(String.join("|", forms));
    }

    private static String base64(byte[] bytes, int before) {
        byte[] padded = new byte[bytes.length + before];
        System.arraycopy(bytes, 0, padded, before, bytes.length);
        String text = Base64.getEncoder().withoutPadding().encodeToString(padded);
        int from = (before * 8 + 5) / 6;
        int until = padded.length * 8 / 6;
        return Pattern.quote(text.substring(from, until));
    }

    /// Those of the places whose mark is not in the text.
    List<String> missingFrom(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return marks.entrySet().stream().filter(mark -> !lower.contains(mark.getValue())).map(Map.Entry::getKey)
            .toList();
    }
}
