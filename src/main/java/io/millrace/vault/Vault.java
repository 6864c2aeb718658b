package io.millrace.vault;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Seals what must be forgotten one day with a key of its person, and what is the shop's with keys of their purposes.
///
/// A hot statement reads a person's key by `vault.key_of(id)` along the way ([#found]) or makes it in its own write
/// ([#fresh]); others ask [#key] or [#keyOrNew], which cost a statement unless the key was used here within
/// [#REMEMBERED].
public final class Vault {
    /// A person's key may be used by a node this long after it was taken away, unless it hears of it ([#drop]).
    public static final Duration REMEMBERED = Duration.ofSeconds(30);
    private static final int REMEMBERED_MAX = 20_000;
    private static final Place SHOP = Place.of("vault.shop_key", "shop");

    private final Postgres postgres;
    private final Masters masters;
    private final InstantSource clock;
    private final Cache<UUID, DataKey> known =
        Caffeine.newBuilder().maximumSize(REMEMBERED_MAX).expireAfterWrite(REMEMBERED).build();
    private final Map<String, DataKey> shopKeys = new ConcurrentHashMap<>();
    private final Map<String, byte[]> macKeys = new ConcurrentHashMap<>();
    private volatile byte @Nullable [] shopSecret;

    Vault(Postgres postgres, Masters masters, InstantSource clock) {
        this.postgres = postgres;
        this.masters = masters;
        this.clock = clock;
    }

    /// A key that becomes true with the statement that holds its piece. The statement is refused as `stale` when the
    /// person got one meanwhile.
    public record Fresh(DataKey key, Piece piece) {}

    /// A new key for a person who has none yet.
    public Fresh fresh(UUID person) {
        DataKey key = DataKey.fresh();
        return new Fresh(key, Piece.of("""
            vault_key{i} as (
                insert into vault.keys (person, wrapped, created_at) values (:vault_person, :vault_wrapped, :vault_at)
                on conflict (person) do nothing returning person)""")
            .bind("vault_person", person).bind("vault_wrapped", masters.wrap(Masters.of(person), key))
            .bind("vault_at", clock.instant()).check("exists (select from vault_key{i})", Refused.STALE));
    }

    /// The key that a statement of another room read by `vault.key_of(person)`.
    public Optional<DataKey> found(UUID person, byte @Nullable [] keyOf) {
        if (keyOf == null) return Optional.empty();
        DataKey before = known.getIfPresent(person);
        return Optional.of(before != null ? before : unwrapped(person, keyOf));
    }

    /// The person's key; empty when he has none, or had one and was forgotten.
    public Mono<DataKey> key(UUID person) {
        return Mono.defer(() -> {
            DataKey before = known.getIfPresent(person);
            return before != null ? Mono.just(before) : read(person);
        });
    }

    /// The person's key, made if he has none; fails with [Forgotten] when it was taken away.
    public Mono<DataKey> keyOrNew(UUID person) {
        return key(person).switchIfEmpty(Mono.defer(() -> made(person)));
    }

    /// The keys of these persons, made for those who have none, in two statements and not remembered; whoever was
    /// forgotten is not in the answer.
    public Mono<Map<UUID, DataKey>> keysOrNew(List<UUID> persons) {
        UUID[] ids = persons.toArray(UUID[]::new);
        String[] wrapped = persons.stream().map(person -> masters.wrap(Masters.of(person), DataKey.fresh()))
            .map(HexFormat.of()::formatHex).toArray(String[]::new);
        return postgres.update("""
            insert into vault.keys (person, wrapped, created_at)
            select new.person, decode(new.wrapped, 'hex'), :now
              from unnest(:persons::uuid[], :wrapped::text[]) as new(person, wrapped)
            on conflict (person) do nothing
            """, Map.of("persons", ids, "wrapped", wrapped, "now", clock.instant()))
            .thenMany(postgres.query("""
                select person, wrapped from vault.keys where person = any(:persons) and wrapped is not null
                """, Map.of("persons", ids), row -> {
                UUID person = requireNonNull(row.get("person", UUID.class));
                return Map.entry(person, masters.unwrap(Masters.of(person),
                    requireNonNull(row.get("wrapped", byte[].class))));
            }))
            .collectMap(Map.Entry::getKey, Map.Entry::getValue);
    }

    /// Takes the person's key away: whatever it sealed cannot be read again by anybody, in no copy. Whoever never had a
    /// key does not get one any more.
    public Piece forget(UUID person) {
        return Piece.of("""
            vault_forgotten{i} as (
                insert into vault.keys as had (person, created_at, forgotten_at)
                values (:vault_person, :vault_at, :vault_at)
                on conflict (person) do update set wrapped = null,
                    forgotten_at = coalesce(had.forgotten_at, excluded.forgotten_at))""")
            .bind("vault_person", person).bind("vault_at", clock.instant());
    }

    /// Lets this node forget the key at once; to be called on every node after [#forget] was committed.
    public void drop(UUID person) {
        known.invalidate(person);
    }

    /// A value to look something up by without keeping the thing itself: 32 bytes that tell nothing without the shop's
    /// key. Values of one purpose cannot be compared with those of another. Normalise the text first.
    public byte[] blind(String purpose, String text) {
        return mac("blind/" + purpose, text.getBytes(StandardCharsets.UTF_8));
    }

    /// HMAC-SHA256 under a key of the shop for this purpose.
    public byte[] mac(String purpose, byte[] message) {
        return hmac(macKeys.computeIfAbsent(purpose,
            name -> hmac(secret(), ("millrace/mac/" + name).getBytes(StandardCharsets.UTF_8))), message);
    }

    /// The shop's own key for a purpose: for what belongs to nobody in particular or is kept for a short time.
    public DataKey shopKey(String purpose) {
        return shopKeys.computeIfAbsent(purpose,
            name -> new DataKey(hmac(secret(), ("millrace/seal/" + name).getBytes(StandardCharsets.UTF_8))));
    }

    /// Before the shop opens: its secret is read, or made by whichever node comes first.
    Mono<Void> unlock() {
        return postgres.update("insert into vault.shop_key (wrapped) values (:wrapped) on conflict do nothing",
            Map.of("wrapped", masters.wrap(SHOP, DataKey.fresh())))
            .thenMany(postgres.query("select wrapped from vault.shop_key", Map.of(),
                row -> requireNonNull(row.get("wrapped", byte[].class))))
            .single().doOnNext(wrapped -> shopSecret = masters.unwrap(SHOP, wrapped).secret()).then();
    }

    /// Puts the shop's secret under the newest master key.
    Mono<Void> rewrapShopKey() {
        return postgres.query("select wrapped from vault.shop_key", Map.of(),
            row -> requireNonNull(row.get("wrapped", byte[].class))).single()
            .filter(wrapped -> !masters.isNewest(wrapped))
            .flatMap(wrapped -> postgres.update("update vault.shop_key set wrapped = :new where wrapped = :old",
                Map.of("old", wrapped, "new", masters.wrap(SHOP, masters.unwrap(SHOP, wrapped)))))
            .then();
    }

    private DataKey unwrapped(UUID person, byte[] wrapped) {
        DataKey key = masters.unwrap(Masters.of(person), wrapped);
        known.put(person, key);
        return key;
    }

    /// A key that is read inside a transaction may be of that transaction and taken back with it, so it is not
    /// remembered: what is sealed with a key that never was could not be read again.
    private Mono<DataKey> read(UUID person) {
        return Postgres.isInside().flatMap(inside -> postgres.query("""
            select wrapped from vault.keys where person = :person and wrapped is not null
            """, Map.of("person", person), row -> requireNonNull(row.get("wrapped", byte[].class))).singleOrEmpty()
            .map(wrapped -> inside ? masters.unwrap(Masters.of(person), wrapped) : unwrapped(person, wrapped)));
    }

    private Mono<DataKey> made(UUID person) {
        return postgres.update("""
            insert into vault.keys (person, wrapped, created_at) values (:person, :wrapped, :now)
            on conflict (person) do nothing
            """, Map.of("person", person, "wrapped", masters.wrap(Masters.of(person), DataKey.fresh()),
            "now", clock.instant()))
            .then(Mono.defer(() -> read(person)))
            .switchIfEmpty(Mono.error(() -> new Forgotten(person)));
    }

    private byte[] secret() {
        byte[] secret = shopSecret;
        if (secret == null) throw new IllegalStateException("the vault is not unlocked yet");
        return secret;
    }

    private static byte[] hmac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
