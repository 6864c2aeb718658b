package io.millrace.http;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.millrace.vault.DataKey;
import io.millrace.vault.Place;
import io.millrace.vault.Vault;
import io.r2dbc.spi.Readable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// `Idempotency-Key` on any write (draft-ietf-httpapi-idempotency-key-header-07; quoted or bare): the key is stored in
/// the transaction of the effect. Same key and same request: the same status and bytes again, marked
/// `Idempotent-Replayed: true`. Another request under the key: 422. Still running: 409.
///
/// A refusal (4xx) rolls the key back with everything else, so that the client may mend the cause and try again.
public final class Idempotency {
    /// Longer keys are refused with 400.
    public static final int KEY_CHARS_MAX = 255;
    /// How long a reply may be completed by a follow-up before it counts as final.
    public static final Duration FOLLOW_UP_MAX = Duration.ofSeconds(10);
    /// Replies are kept this long; later the same key is a new request.
    public static final Duration KEPT = Duration.ofHours(24);
    private static final String PURPOSE = "http.idempotency";
    private static final int FORGOTTEN_PER_SWEEP_MAX = 5_000;
    private static final String CONTENT_TYPE = "Content-Type";
    /// A key of this form is nobody's guess; any other is a guest's own only together with his address and browser.
    private static final Pattern UNGUESSABLE =
        Pattern.compile("\\p{XDigit}{8}-\\p{XDigit}{4}-[47]\\p{XDigit}{3}-\\p{XDigit}{4}-\\p{XDigit}{12}");
    private static final String USED = "idempotency_key_used";
    private static final String HEADER = "Idempotency-Key";
    private static final String ATTRIBUTE = Idempotency.class.getName();

    private final Postgres postgres;
    private final Vault vault;
    private final InstantSource clock;
    /// Keys being worked on by this node: the second call answers 409 at once instead of queueing behind a row lock.
    private final Set<Key> running = ConcurrentHashMap.newKeySet();

    Idempotency(Postgres postgres, Vault vault, InstantSource clock) {
        this.postgres = postgres;
        this.vault = vault;
        this.clock = clock;
    }

    /// The key of a request, bound to the person and to everything the request says.
    public record Key(String scope, String key, String fingerprint) {
        private Key withoutPrint() {
            return new Key(scope, key, "");
        }
    }

    /// The key of this request, when it has one.
    public static Optional<Key> of(ServerRequest request) {
        return Optional.ofNullable((Key) request.attributes().get(ATTRIBUTE));
    }

    /// The key row with its reply, sealed, to be part of the effect's own statement. In `reply`, `token` (when given)
    /// stands for the SQL expression `value`, for what only the statement knows (an order number).
    public Piece piece(Key key, int status, Map<String, String> headers, byte[] reply, boolean followUp,
        String token, String value) {
        return Piece.of("""
            idempotency_row as (
                insert into http.idempotency (scope, key, fingerprint, status, headers, body, token, value,
                    running_until, created_at)
                select :idem_scope, :idem_key, :idem_print, :idem_status, :idem_headers::jsonb, :idem_body,
                       :idem_token, coalesce((%s)::text, ''), :idem_until, :idem_now
                on conflict (scope, key) do nothing
                returning 1)""".formatted(value))
            .bind("idem_scope", key.scope()).bind("idem_key", key.key()).bind("idem_print", print(key))
            .bind("idem_status", status).bind("idem_headers", new String(Json.bytes(headers), StandardCharsets.UTF_8))
            .bind("idem_body", sealed(key, reply)).bind("idem_token", token)
            .bind("idem_until", followUp ? clock.instant().plus(FOLLOW_UP_MAX) : null, Instant.class)
            .bind("idem_now", clock.instant())
            .check("exists (select from idempotency_row)", USED);
    }

    /// Puts the final reply in place of the one stored with the effect, as part of the statement that knows it.
    public Piece completed(Key key, byte[] reply) {
        return Piece.of("""
            idempotency_completed as (
                update http.idempotency set body = :idem_reply, token = '', value = '', running_until = null
                 where scope = :idem_scope and key = :idem_key)""")
            .bind("idem_reply", sealed(key, reply)).bind("idem_scope", key.scope()).bind("idem_key", key.key());
    }

    /// The same as a statement of its own.
    public Mono<Void> complete(Key key, byte[] reply) {
        return postgres.run(Write.of(completed(key, reply))).then();
    }

    /// Runs the handler of a write at most once for its key.
    Mono<Reply> once(ServerRequest request, Rows.Row row, Supplier<Mono<Reply>> handler) {
        String header = request.headers().firstHeader(HEADER);
        if (header == null || row.storesNothing) return Mono.defer(handler);
        Key key = key(request, header);
        request.attributes().put(ATTRIBUTE, key);
        return Mono.defer(() -> {
            if (!running.add(key.withoutPrint())) return Mono.just(stillRunning().reply());
            Mono<Reply> reply = row.ownsIdempotency ? owned(key, handler) : guarded(key, handler);
            return reply.doOnTerminate(() -> running.remove(key.withoutPrint()));
        });
    }

    /// The handler's own statement holds the key; when it refused, perhaps because the first call already did it all,
    /// the stored reply tells.
    private Mono<Reply> owned(Key key, Supplier<Mono<Reply>> handler) {
        return Mono.defer(handler)
            .onErrorResume(Refused.class, refused -> refused.is(USED)
                ? replay(key).switchIfEmpty(Mono.just(stillRunning().reply())) : Mono.error(refused))
            .flatMap(reply -> reply.isSuccess() ? Mono.just(reply) : replay(key).defaultIfEmpty(reply))
            .onErrorResume(ProblemException.class, e -> replay(key).switchIfEmpty(Mono.error(e)));
    }

    private Mono<Reply> guarded(Key key, Supplier<Mono<Reply>> handler) {
        Mono<Reply> work = insert(key).flatMap(mine -> mine ? Mono.defer(handler).flatMap(reply -> keep(key, reply))
            : replay(key).switchIfEmpty(Mono.just(stillRunning().reply())));
        return postgres.transactionalAgain(work)
            .onErrorResume(RolledBack.class, back -> Mono.just(back.reply));
    }

    private Mono<Boolean> insert(Key key) {
        return postgres.update("""
            insert into http.idempotency (scope, key, fingerprint, created_at) values (:scope, :key, :print, :now)
            on conflict (scope, key) do nothing
            """, Map.of("scope", key.scope(), "key", key.key(), "print", print(key), "now", clock.instant()))
            .map(rows -> rows == 1);
    }

    private Mono<Reply> keep(Key key, Reply reply) {
        if (!reply.isSuccess()) return Mono.error(new RolledBack(reply));
        byte[] bytes = bytes(reply);
        Map<String, String> headers = new LinkedHashMap<>(reply.headers());
        if (reply.body() instanceof Reply.Body.Bytes(var same, var type)) headers.put(CONTENT_TYPE, type);
        return postgres.update("""
            update http.idempotency set status = :status, headers = :headers::jsonb, body = :body
             where scope = :scope and key = :key
            """, Map.of("status", reply.status(), "body", sealed(key, bytes), "scope", key.scope(), "key", key.key(),
            "headers", new String(Json.bytes(headers), StandardCharsets.UTF_8))).thenReturn(reply);
    }

    private Mono<Reply> replay(Key key) {
        return postgres.query("""
            select fingerprint, status, headers::text as headers, body, token, value, running_until
              from http.idempotency where scope = :scope and key = :key
            """, Map.of("scope", key.scope(), "key", key.key()), row -> replayed(key, row)).singleOrEmpty();
    }

    private Reply replayed(Key key, Readable row) {
        byte[] print = row.get("fingerprint", byte[].class);
        if (!Arrays.equals(print, print(key)))
            return Problem.unprocessable("idempotency_key_reused", "This key was used for another request").reply();
        Instant until = row.get("running_until", Instant.class);
        Integer status = row.get("status", Integer.class);
        if (status == null || status == 0 || until != null && clock.instant().isBefore(until))
            return stillRunning().reply();
        Map<String, String> headers = new LinkedHashMap<>();
        Map<?, ?> stored = Json.OURS.readValue(String.valueOf(row.get("headers", String.class)), Map.class);
        stored.forEach((name, value) -> headers.put((String) name, (String) value));
        headers.put("Idempotent-Replayed", "true");
        String type = headers.remove(CONTENT_TYPE);
        byte[] body = opened(key, row);
        return new Reply(status, headers, body.length == 0 ? new Reply.Body.None()
            : new Reply.Body.Bytes(body, type == null ? "application/json" : type));
    }

    /// A stored reply tells who ordered and where it goes, and holds tokens that are shown once.
    private byte[] sealed(Key key, byte[] reply) {
        return reply.length == 0 ? reply : vault.shopKey(PURPOSE).seal(place(key), reply);
    }

    /// Those from before replies were sealed are as they are.
    private byte[] opened(Key key, Readable row) {
        byte[] body = row.get("body", byte[].class);
        if (body == null || !DataKey.isSealed(body)) return body == null ? new byte[0] : body;
        byte[] reply = vault.shopKey(PURPOSE).open(place(key), body);
        String token = String.valueOf(row.get("token", String.class));
        if (token.isEmpty()) return reply;
        return new String(reply, StandardCharsets.UTF_8).replace(token, String.valueOf(row.get("value", String.class)))
            .getBytes(StandardCharsets.UTF_8);
    }

    private static Place place(Key key) {
        return Place.of("http.idempotency", key.scope() + "\0" + key.key());
    }

    /// Forgets what a person's requests were answered.
    Mono<Void> forget(UUID account) {
        return postgres.update("delete from http.idempotency where scope = :scope", Map.of("scope", account.toString()))
            .then();
    }

    private static byte[] bytes(Reply reply) {
        return switch (reply.body()) {
            case Reply.Body.Data data -> Answer.envelope(data);
            case Reply.Body.Bytes(var bytes, var type) -> bytes;
            case Reply.Body.None() -> new byte[0];
            default -> throw new IllegalStateException("a stream cannot be replayed");
        };
    }

    private static Problem stillRunning() {
        return Problem.conflict("idempotency_key_running", "The first request with this key is still running");
    }

    /// Forgets the oldest keys past [#KEPT]; answers how many.
    public Mono<Long> forget() {
        return postgres.update("""
            delete from http.idempotency where (scope, key) in (
                select scope, key from http.idempotency where created_at < :before
                 order by created_at limit :many for update skip locked)
            """, Map.of("before", clock.instant().minus(KEPT), "many", FORGOTTEN_PER_SWEEP_MAX));
    }

    private static Key key(ServerRequest request, String header) {
        String key = header.length() > 1 && header.startsWith("\"") && header.endsWith("\"")
            ? header.substring(1, header.length() - 1) : header;
        if (key.isBlank() || key.length() > KEY_CHARS_MAX || !key.chars().allMatch(c -> c > ' ' && c < 0x7f)
            || request.headers().header(HEADER).size() > 1)
            throw new ProblemException(Problem.malformed("An Idempotency-Key is one of 1 to 255 visible characters"));
        MessageDigest digest = sha256();
        digest.update((request.method() + " " + request.uri().getRawPath() + "?" + request.uri().getRawQuery() + "\n"
            + request.headers().firstHeader("X-Channel") + "\n"
            + request.headers().firstHeader("X-Publishable-Key") + "\n").getBytes(StandardCharsets.UTF_8));
        digest.update(Api.raw(request));
        String print = HexFormat.of().formatHex(digest.digest());
        return new Key(scope(request, key), key, print);
    }

    /// Guests are told apart by the secret tokens they hold, so that nobody replays another guest's answer.
    private static String scope(ServerRequest request, String key) {
        Caller caller = Caller.of(request);
        if (!caller.isGuest()) return caller.scope();
        @Nullable String cart = request.headers().firstHeader("X-Cart-Token");
        @Nullable String order = request.headers().firstHeader("X-Order-Token");
        String secret = cart + "/" + order;
        if (cart == null && order == null && !UNGUESSABLE.matcher(key).matches())
            secret = ClientAddress.of(request).shown() + "/" + request.headers().firstHeader("User-Agent");
        return "guest:" + HexFormat.of().formatHex(sha256().digest(secret.getBytes(StandardCharsets.UTF_8)), 0, 16);
    }

    private static byte[] print(Key key) {
        return HexFormat.of().parseHex(key.fingerprint());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Carries a refusal out of the transaction, so that the key's row goes with it.
    private static final class RolledBack extends RuntimeException {
        private final transient Reply reply;

        RolledBack(Reply reply) {
            super("rolled back", null, false, false);
            this.reply = reply;
        }
    }
}
