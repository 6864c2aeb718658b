package io.millrace.keys;

import io.millrace.http.Caller;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/// What a machine may do: permissions by name, never more than its person may at that moment. Pure.
final class Scopes {
    static final int COUNT_MAX = 50;
    private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9_-]{0,40}:[a-z][a-z0-9_-]{0,40}");
    private static final String ALL = "*";
    /// Everybody may see and change what is his own, and so may give this to a machine of his.
    static final Set<String> OWN = Set.of(Caller.SELF_READ, Caller.SELF_WRITE);

    private Scopes() {}

    /// `*` is none: what a key opens is said word by word.
    static boolean isScope(String text) {
        return FORM.matcher(text).matches();
    }

    /// What is left of a token's scopes when its owner's permissions are these now.
    static Set<String> granted(Set<String> scopes, Set<String> permissions) {
        if (permissions.contains(ALL)) return scopes;
        Set<String> both = new HashSet<>(scopes);
        both.removeIf(scope -> !permissions.contains(scope) && !OWN.contains(scope));
        return Set.copyOf(both);
    }
}
