package io.millrace.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.millrace.Millrace;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

/// The doors of the house: arrows go down, no circles, nobody imports the outside world's stand-ins.
class ModulesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("io.millrace");

    @Test void rooms_are_free_of_circles() {
        SlicesRuleDefinition.slices().matching("io.millrace.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test void arrows_only_go_down_the_floors() {
        TreeSet<String> wrong = new TreeSet<>();
        for (JavaClass from : CLASSES) {
            String room = room(from);
            if (room.isEmpty()) continue;
            from.getDirectDependenciesFromSelf().stream().map(arrow -> room(arrow.getTargetClass()))
                .filter(other -> !other.isEmpty() && !other.equals(room) && !Floors.mayKnow(room, other))
                .forEach(other -> wrong.add(room + " -> " + other + " in " + from.getSimpleName()
                    + ": call down, or let the lower room announce a fact"));
        }
        assertThat(wrong).isEmpty();
    }

    @Test void every_room_stands_on_a_floor_of_the_plan() throws IOException {
        assertThat(Floors.floors().keySet()).containsAll(Floors.rooms());
    }

    @Test void what_a_room_says_it_depends_on_is_what_it_imports() {
        ApplicationModules.of(Millrace.class).verify();
    }

    @Test void readme_shows_every_room() throws IOException {
        String readme = Files.readString(java.nio.file.Path.of("README.md"));
        for (String room : Floors.rooms())
            assertThat(readme).as("README's floor plan").containsPattern(Pattern.compile("(?m)\\b" + room + "/"));
    }

    @Test void providers_and_brokers_are_known_by_one_room_each() {
        Map<String, Pattern> libraries = Map.of(
            "org.apache.kafka", Pattern.compile("messaging|embedded"),
            "reactor.kafka", Pattern.compile("messaging"),
            "io.lettuce", Pattern.compile("http|storefront|tracking"),
            "com.nimbusds", Pattern.compile("identity|federation"));
        TreeSet<String> wrong = new TreeSet<>();
        for (JavaClass from : CLASSES)
            from.getDirectDependenciesFromSelf().forEach(arrow -> libraries.forEach((library, rooms) -> {
                if (arrow.getTargetClass().getPackageName().startsWith(library)
                    && !rooms.matcher(room(from)).matches())
                    wrong.add(from.getName() + " uses " + library + ": only " + rooms + " may");
            }));
        assertThat(wrong).isEmpty();
    }

    private static String room(JavaClass type) {
        String name = type.getPackageName();
        if (!name.startsWith("io.millrace.")) return "";
        String rest = name.substring("io.millrace.".length());
        return rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : rest;
    }
}
