package io.millrace.http;

import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;

/// Who is asking. Made by the identity module's filter from a verified token; everybody else only reads it.
///
/// `id` is the account, empty for a guest; `permissions` are words such as `catalog:write`, and `*` grants all.
public record Caller(Optional<UUID> id, Set<String> roles, Set<String> permissions) {
    public static final Caller GUEST = new Caller(Optional.empty(), Set.of(), Set.of());
    /// The request attribute under which identity's filter leaves the caller.
    public static final String ATTRIBUTE = Caller.class.getName();

    public static Caller of(ServerRequest request) {
        return (Caller) request.attribute(ATTRIBUTE).orElse(GUEST);
    }

    public boolean isSignedIn() {
        return id.isPresent();
    }

    public boolean may(String permission) {
        return permissions.contains("*") || permissions.contains(permission);
    }

    /// The account of a caller on a route that demands [Access#signedIn].
    public UUID account() {
        return id.orElseThrow(() -> new ProblemException(Problem.unauthorized()));
    }

    /// What idempotency keys are scoped by: never two people's keys in one drawer.
    public String scope() {
        return id.map(UUID::toString).orElse("guest");
    }
}
