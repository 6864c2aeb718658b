package io.millrace.notification;

import io.millrace.http.Texts;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a mail says, once; plain text and HTML follow from it, so the two never differ. Everything is escaped here.
record Letter(String subject, List<String> paragraphs, @Nullable Button button) {
    /// A name is shown only when it looks like one: nobody sends strangers our letters with his own text or link in it.
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{M}](?:[\\p{L}\\p{M} '’-]|\\.(?= |$)){0,59}");

    /// The one thing to press.
    record Button(String label, String link) {}

    Letter {
        subject = Texts.oneLine(subject).strip();
        paragraphs = List.copyOf(paragraphs);
    }

    static String greeting(String name) {
        String plain = Texts.oneLine(name).strip();
        return NAME.matcher(plain).matches() ? "Hello " + plain + "," : "Hello,";
    }

    String text() {
        String text = String.join("\n\n", paragraphs);
        return button == null ? text + "\n" : text + "\n\n" + button.label() + ":\n" + button.link() + "\n";
    }

    String html() {
        String body = paragraphs.stream().map(line -> "<p>" + escaped(line) + "</p>").collect(Collectors.joining("\n"));
        String press = button == null ? "" : """

            <p><a href="%s">%s</a></p>
            <p>If the link cannot be pressed, copy it: %s</p>""".formatted(escaped(button.link()),
            escaped(button.label()), escaped(button.link()));
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>%s</title></head>
            <body style="font-family:sans-serif;max-width:36em">
            %s%s
            </body></html>
            """.formatted(escaped(subject), body, press);
    }

    static String escaped(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(Character.isISOControl(c) ? ' ' : c);
            }
        }
        return out.toString();
    }
}
