package io.millrace.embedded;

import java.nio.file.Path;

/// Two shops were given the same folder; the second one is told so instead of breaking the first one's data.
final class FolderTaken extends RuntimeException {
    FolderTaken(Path folder, String owner) {
        super("The folder " + folder + " is in use by another shop" + (owner.isEmpty() ? "." : ":\n\n"
            + owner.indent(4).stripTrailing()));
    }
}
