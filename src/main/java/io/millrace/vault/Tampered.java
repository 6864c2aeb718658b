package io.millrace.vault;

/// A sealed value does not open: it was changed, stands in another place, or was sealed with another key. A defect or
/// an attack, never a refusal; says nothing about the value.
public final class Tampered extends RuntimeException {
    Tampered(String what) {
        super(what, null, false, false);
    }
}
