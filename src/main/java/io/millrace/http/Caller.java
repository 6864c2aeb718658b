package io.millrace.http;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;

/// Who is asking. Made by the identity module's filter from a good credential; everybody else only reads it.
///
/// `id` is the account, empty for a guest; `permissions` are words such as `catalog:write`, and `*` grants all;
/// `proof` says how the caller showed who he is, empty for a guest.
public record Caller(Optional<UUID> id, Set<String> roles, Set<String> permissions, Optional<Proof> proof) {
    public static final Caller GUEST = new Caller(Optional.empty(), Set.of(), Set.of());
    /// The request attribute under which identity's filter leaves the caller.
    public static final String ATTRIBUTE = Caller.class.getName();

    public Caller(Optional<UUID> id, Set<String> roles, Set<String> permissions) {
        this(id, roles, permissions, Optional.empty());
    }

    /// What a machine with a person's key must be allowed by name to see and to change what is that person's own; he
    /// himself needs neither.
    public static final String SELF_READ = "self:read";
    public static final String SELF_WRITE = "self:write";

    /// What was shown: a sign-in's access token, or a key of a person or a channel.
    public enum Kind { SESSION, KEY }

    /// Customers and staff are two audiences: what belongs to the staff never opens to a customer's token.
    public enum Realm { CUSTOMER, STAFF }

    /// `id` is the session's or the key's; `at` when the caller himself last proved who he is (`auth_time`); `methods`
    /// how (`amr`, RFC 8176: `pwd`, `otp`, ...); `scopes` is empty when nothing narrows the roles' permissions.
    public record Proof(Kind kind, UUID id, Realm realm, Instant at, Set<String> methods, Set<String> scopes) {
        /// A sign-in: nothing narrows what its roles may do.
        public static Proof session(UUID session, Realm realm, Instant at, Set<String> methods) {
            return new Proof(Kind.SESSION, session, realm, at, methods, Set.of());
        }
    }

    public static Caller of(ServerRequest request) {
        return (Caller) request.attribute(ATTRIBUTE).orElse(GUEST);
    }

    public boolean isSignedIn() {
        return id.isPresent();
    }

    /// Nobody we know: neither a person nor a channel's key, which acts for no person.
    public boolean isGuest() {
        return id.isEmpty() && proof.isEmpty();
    }

    public boolean may(String permission) {
        return permissions.contains("*") || permissions.contains(permission);
    }

    /// The account of a caller on a route that demands [Access#signedIn].
    public UUID account() {
        return id.orElseThrow(() -> new ProblemException(Problem.unauthorized()));
    }

    /// The sign-in by which the caller came; empty for guests and keys.
    public Optional<UUID> session() {
        return proof.filter(shown -> shown.kind() == Kind.SESSION).map(Proof::id);
    }

    /// Whether what is this person's own is open to what came with the request.
    public boolean mayActForHimself(boolean writes) {
        return isSignedIn() && (proof.filter(shown -> shown.kind() == Kind.KEY).isEmpty()
            || permissions.contains(writes ? SELF_WRITE : SELF_READ));
    }

    /// The same permissions, but nobody's: for a machine that may not act for its person.
    Caller impersonal() {
        return new Caller(Optional.empty(), roles, permissions, proof);
    }

    public boolean isStaff() {
        return proof.filter(shown -> shown.realm() == Realm.STAFF).isPresent();
    }

    /// What idempotency keys are scoped by: never two people's keys in one drawer.
    public String scope() {
        return id.map(UUID::toString).or(() -> proof.map(shown -> "key:" + shown.id())).orElse("guest");
    }
}
