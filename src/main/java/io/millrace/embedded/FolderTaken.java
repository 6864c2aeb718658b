package io.millrace.embedded;

import io.millrace.settings.CannotOpen;
import java.nio.file.Path;

/// Two shops were given the same folder; the second one is told so instead of breaking the first one's data.
final class FolderTaken extends CannotOpen {
    FolderTaken(Path folder, String owner) {
        super("The folder " + folder + " is in use by another shop:\n\n" + owner.indent(4).stripTrailing(),
            "Two shops on one machine need two folders: set MILLRACE_EMBEDDED_DIR for one of them.\n"
                + "For a second node of the same shop, start it with the settings above and another SERVER_PORT.",
            null);
    }
}
