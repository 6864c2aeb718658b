package io.millrace.http;

/// What a route demands of its caller. Every row of every table states one, so nothing is open by omission.
public sealed interface Access {
    record Anyone() implements Access {}

    record SignedIn() implements Access {}

    record Needs(String permission) implements Access {}

    static Access anyone() {
        return new Anyone();
    }

    static Access signedIn() {
        return new SignedIn();
    }

    /// The caller's roles must hold this permission; which roles do is data in identity.
    static Access needs(String permission) {
        return new Needs(permission);
    }
}
