package io.millrace.vault;

import java.util.UUID;

/// The person was erased: nothing more is sealed for him.
public final class Forgotten extends RuntimeException {
    Forgotten(UUID person) {
        super("person " + person + " was erased", null, false, false);
    }
}
