package io.millrace.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A schema per room: nobody selects, joins or points a foreign key into another room's tables. Calling a function that
/// another schema publishes is a call down like any other.
class SchemaTest {
    @Test void no_room_touches_another_rooms_tables() throws IOException {
        List<String> wrong = new ArrayList<>();
        List<String> rooms = Floors.rooms();
        for (String room : rooms) {
            for (Path file : sqlOf(room)) {
                String text = withoutComments(Files.readString(file));
                for (String other : rooms) {
                    if (other.equals(room)) continue;
                    Matcher use = Pattern.compile("(?i)\\b(from|join|into|update|references|table|only|on)\\s+" + other
                        + "\\.([a-z_]+)(\\s*\\()?").matcher(text);
                    while (use.find())
                        if (!isPublishedFunction(other, use.group(2)))
                            wrong.add(file + " touches " + other + "." + use.group(2)
                                + ": ask its room for a piece or a function");
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test void every_migration_lives_in_its_rooms_folder_and_creates_only_there() throws IOException {
        try (Stream<Path> folders = Files.list(Floors.MIGRATIONS)) {
            for (Path folder : folders.toList()) {
                String room = folder.getFileName().toString();
                assertThat(Floors.rooms()).as("a folder of migrations belongs to a room").contains(room);
                try (Stream<Path> files = Files.list(folder)) {
                    files.forEach(file -> assertThat(file.getFileName().toString())
                        .matches("V\\d+(_\\d+)*__" + room + "_[a-z0-9_]+\\.sql"));
                }
            }
        }
    }

    /// A function that the other room's migrations create may be called.
    private static boolean isPublishedFunction(String room, String name) throws IOException {
        Path folder = Floors.MIGRATIONS.resolve(room);
        if (!Files.exists(folder)) return false;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList())
                if (Pattern.compile("(?i)function\\s+" + room + "\\." + name + "\\s*\\(")
                    .matcher(Files.readString(file)).find()) return true;
        }
        return false;
    }

    private static List<Path> sqlOf(String room) throws IOException {
        List<Path> files = new ArrayList<>();
        Path migrations = Floors.MIGRATIONS.resolve(room);
        if (Files.exists(migrations)) {
            try (Stream<Path> sql = Files.list(migrations)) {
                sql.forEach(files::add);
            }
        }
        Path code = Floors.MAIN.resolve(room);
        if (Files.exists(code)) files.addAll(Floors.sources(code));
        return files;
    }

    private static String withoutComments(String text) {
        return text.replaceAll("(?m)^\\s*(///?|--).*$", "").replaceAll("(?m)^import .*$", "");
    }
}
