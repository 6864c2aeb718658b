package io.millrace.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Taste, guarded: each message says what to do instead.
class TidyTest {
    private static final int COLUMNS_MAX = 120;
    private static final int FILE_BYTES_MAX = 20_000;

    /// A pattern that main code may not hold, the rooms where it may, and what to do instead.
    private record Ban(Pattern pattern, String exceptIn, String instead) {}

    private static final List<Ban> BANS = List.of(
        ban("\\.block(First|Last)?\\(", "embedded", "return the Mono; blocking work runs in a named worker"),
        ban("\\.toFuture\\(\\)\\.(get|join)\\(", "jobs", "return the Mono"),
        ban("\\.subscribe\\(", "http|messaging|jobs|tracing|embedded|sandbox", "return the Mono; background work is a "
            + "committed row and a worker"),
        ban("@Autowired|@Value\\b|@Service\\b|@Data\\b", "-", "constructors and one XxxModule"),
        ban("catch \\((Exception|Throwable) ", "-", "catch what you expect, let the rest fly"),
        ban("\\b(TODO|FIXME)\\b", "-", "do it, or write an issue"),
        ban("Thread\\.sleep|\\.sleep\\(", "-", "wait on a condition, or delayElement"),
        ban("onErrorContinue", "-", "a Mono per element with its own onErrorResume"),
        ban("Instant\\.now\\(\\)|System\\.currentTimeMillis\\(\\)", "jobs|embedded", "the clock is an argument"),
        ban("\\.onError\\(", "-", "one WebExceptionHandler renders every failure"),
        ban("RouterFunctions\\.route\\(", "http", "Api.table is the only place that makes routes"));
    private static final Pattern BANNED_NAMES =
        Pattern.compile(".*(Service|Manager|Impl|Dto|Entity|Utils?|Helper|Common)\\.java");
    private static final Pattern BANNED_ROOMS =
        Pattern.compile("util|utils|common|shared|core|base|helper|manager|impl");

    private static Ban ban(String pattern, String exceptIn, String instead) {
        return new Ban(Pattern.compile(pattern), exceptIn, instead);
    }

    @Test void main_code_keeps_its_promises() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : Floors.sources(Floors.MAIN)) {
            String room = Floors.MAIN.relativize(file).getName(0).toString();
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i);
                if (line.strip().startsWith("//")) continue;
                for (Ban ban : BANS)
                    if (!room.matches(ban.exceptIn()) && ban.pattern().matcher(line).find())
                        wrong.add(file + ":" + (i + 1) + " " + line.strip() + " -> " + ban.instead());
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test void lines_fit_120_columns_and_files_fit_a_few_screens() throws IOException {
        List<String> wrong = new ArrayList<>();
        List<Path> files = new ArrayList<>(Floors.sources(Floors.MAIN));
        files.addAll(Floors.sources(Path.of("src/test/java")));
        for (Path file : files) {
            if (file.startsWith(Floors.MAIN) && Files.size(file) > FILE_BYTES_MAX)
                wrong.add(file + " is " + Files.size(file) + " bytes: split it by resource or by use case");
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++)
                if (lines.get(i).codePointCount(0, lines.get(i).length()) > COLUMNS_MAX)
                    wrong.add(file + ":" + (i + 1) + " is too long: break the line");
        }
        assertThat(wrong).isEmpty();
    }

    @Test void names_are_nouns_of_the_field() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : Floors.sources(Floors.MAIN)) {
            if (BANNED_NAMES.matcher(file.getFileName().toString()).matches())
                wrong.add(file + ": name what it is, not what kind of class it is");
        }
        for (String room : Floors.rooms())
            if (BANNED_ROOMS.matcher(room).matches()) wrong.add(room + ": a room is a noun of the shop");
        assertThat(wrong).isEmpty();
    }

    @Test void every_room_says_why_it_exists() throws IOException {
        for (String room : Floors.rooms()) {
            Path page = Floors.MAIN.resolve(room).resolve("package-info.java");
            assertThat(page).exists();
            assertThat(Files.readString(page)).as(room).startsWith("///").contains("@NullMarked")
                .contains("@ApplicationModule");
        }
    }

    @Test void tests_wait_on_conditions_and_all_of_them_run() throws IOException {
        List<String> wrong = new ArrayList<>();
        Pattern sleep = Pattern.compile("Thread\\.sleep|TimeUnit\\.[A-Z]+\\.sleep|@Disabled|assumeTrue\\(false");
        for (Path file : Floors.sources(Path.of("src/test/java"))) {
            if (file.endsWith("TidyTest.java")) continue;
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++)
                if (sleep.matcher(lines.get(i)).find())
                    wrong.add(file + ":" + (i + 1) + " " + lines.get(i).strip() + " -> wait on a condition");
        }
        assertThat(wrong).isEmpty();
    }
}
