package io.millrace.notification;

import io.millrace.identity.Identity;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The letters about accounts. An address that is not proven yet gets no name: whoever typed it could be anybody.
final class Letters {
    private Letters() {}

    /// `pages` is where the storefront's pages are, without a slash at its end.
    static Letter about(Identity.Code code, String shop, String pages) {
        return switch (code.purpose()) {
            case VERIFY_EMAIL -> new Letter("Confirm your address for " + shop, List.of("Hello,",
                "somebody made an account at " + shop + " with this address. If it was you, confirm the address.",
                "If it was not you, do nothing: without this the address is not used."),
                button("Confirm the address", pages + "/verify-email", code));
            case CHANGE_EMAIL -> new Letter("Confirm your new address for " + shop, List.of("Hello,",
                "somebody wants to use this address for an account at " + shop + ". If it was you, confirm it.",
                "If it was not you, do nothing: the address is not used."),
                button("Confirm the new address", pages + "/verify-email", code));
            case RESET_PASSWORD -> new Letter("Set a new password for " + shop, List.of(Letter.greeting(code.name()),
                "somebody asked for a new password for your account at " + shop
                    + ". If it was you, set one; the link is good once and not for long.",
                "If it was not you, do nothing: your password stays as it is."),
                button("Set a new password", pages + "/reset-password", code));
            case ADDRESS_TAKEN -> new Letter("You already have an account at " + shop, List.of(
                Letter.greeting(code.name()),
                "somebody wanted to make an account at " + shop + " with this address, but it already has one.",
                "If it was you, sign in, or set a new password if you forgot it. If it was not you, do nothing."),
                button("Set a new password", pages + "/reset-password", code));
            case EMAIL_CHANGED -> new Letter("Your address at " + shop + " was changed", List.of(
                Letter.greeting(code.name()),
                "your account at " + shop + " now has another e-mail address; this one is not used any more.",
                "If it was not you, tell us at once."), null);
            case PASSWORD_CHANGED -> new Letter("Your password at " + shop + " was changed", List.of(
                Letter.greeting(code.name()), "your account at " + shop + " has a new password; other sessions ended.",
                "If it was not you, set a new password at once."),
                new Letter.Button("Set a new password", pages + "/forgot-password"));
        };
    }

    static Letter tokenReused(String name, String shop, String pages) {
        return new Letter("A session at " + shop + " was ended", List.of(Letter.greeting(name),
            "a key of one of your sessions at " + shop + " was used twice, as a thief would do. We ended it.",
            "Sign in again. If you did not expect this, set a new password."),
            new Letter.Button("Set a new password", pages + "/forgot-password"));
    }

    static Letter secondFactor(boolean on, String name, String shop, String pages) {
        String what = on ? "now asks for" : "no longer asks for";
        return new Letter("Two-step sign-in at " + shop + (on ? " is on" : " is off"), List.of(Letter.greeting(name),
            "your account at " + shop + " " + what + " a code of your app when somebody signs in.",
            "If it was not you, set a new password at once."),
            new Letter.Button("Set a new password", pages + "/forgot-password"));
    }

    static Letter recoveryCodes(String name, String shop, String pages) {
        return new Letter("New recovery codes at " + shop, List.of(Letter.greeting(name),
            "your account at " + shop + " has new recovery codes; the ones before are good for nothing now.",
            "If it was not you, set a new password at once."),
            new Letter.Button("Set a new password", pages + "/forgot-password"));
    }

    private static Letter.Button button(String label, String page, Identity.Code code) {
        return new Letter.Button(label,
            page + "?token=" + URLEncoder.encode(code.token() == null ? "" : code.token(), StandardCharsets.UTF_8));
    }
}
