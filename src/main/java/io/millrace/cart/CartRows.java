package io.millrace.cart;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.Variant;
import io.millrace.http.Json;
import io.millrace.money.Money;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.millrace.pricing.PriceTag;
import io.millrace.pricing.Pricing;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Collection;
import java.util.Currency;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;

/// The rows of carts. One statement reads a cart together with its variants and their prices, one writes it.
final class CartRows {
    /// What a variant never seen is in an array of bigints.
    private static final long NEVER = -1;
    private static final TypeReference<List<LineRow>> LINES = new TypeReference<>() {};
    private static final TypeReference<List<CartRow>> CARTS = new TypeReference<>() {};
    private static final String OPEN = """
        select id, account is not null as own, version from cart.carts
         where channel = :cart_channel and status = 'open' and account = :cart_account
        union all
        select id, account is not null, version from cart.carts
         where channel = :cart_channel and status = 'open' and token_hash = :cart_token""";
    private static final String READ = "cart_found as (" + OPEN + """
        ),
        cart_lines as (
            select id, cart_id, variant_id, options, quantity, seen_minor, place
              from cart.lines where cart_id in (select id from cart_found)),
        wanted as (
            select variant_id from cart_lines union select unnest(:cart_extra::uuid[]))""";

    private final Postgres postgres;

    CartRows(Postgres postgres) {
        this.postgres = postgres;
    }

    /// What one reading finds: the account's cart, the token's cart, whether the token ever had a cart here, and all
    /// that is known about the variants on their lines and the extra ones asked for.
    record Found(@Nullable Cart own, @Nullable Cart guest, boolean tokenKnown, Map<UUID, Variant> variants,
        Map<UUID, PriceTag> tags) {}

    private record CartRow(UUID id, boolean own, long version) {}

    private record LineRow(UUID id, UUID cartId, UUID variantId, Map<String, String> options, int quantity,
        @Nullable Long seenMinor) {}

    Mono<Found> read(CartRef ref, Currency currency, Collection<UUID> extra) {
        Piece carts = owner(Piece.of(READ), ref).bind("cart_extra", extra.toArray(UUID[]::new))
            .answer("carts", "(select coalesce(json_agg(c), '[]')::text from cart_found c)")
            .answer("lines", "(select coalesce(json_agg(l order by l.place), '[]')::text from cart_lines l)")
            .answer("token_known",
                "exists (select from cart.carts where channel = :cart_channel and token_hash = :cart_token)");
        return postgres.run(Write.of(carts, Catalog.wantedVariantsPiece(ref.channel()),
            Pricing.wantedTagsPiece(ref.channel()))).map(answers -> found(answers, ref.channel(), currency));
    }

    /// Makes other writers of these carts wait until this transaction is over.
    Mono<Long> lock(CartRef ref) {
        Piece piece = owner(Piece.of(""), ref);
        return postgres.query("""
            select id from cart.carts
             where channel = :cart_channel and status = 'open'
               and (account = :cart_account or token_hash = :cart_token)
             order by id for update
            """, piece.binds(), row -> row).count();
    }

    /// A new open cart for the account, else for the token; refused as stale where there is one already.
    static Piece open(UUID id, CartRef ref, Instant now) {
        return Piece.of("""
            cart_row as (
                insert into cart.carts (id, channel, account, token_hash, version, created_at, updated_at)
                values (:cart_id, :cart_channel, :cart_account, :cart_token, 1, :cart_now, :cart_now)
                on conflict do nothing
                returning id)""")
            .bind("cart_id", id).bind("cart_channel", ref.channel())
            .bind("cart_account", ref.account().orElse(null), UUID.class)
            .bind("cart_token", ref.account().isPresent() ? null : ref.token().map(CartRows::hash).orElse(null),
                byte[].class)
            .bind("cart_now", now)
            .check("exists (select from cart_row)", Refused.STALE);
    }

    /// The next version of a cart; refused as stale when it is not the one that was read.
    static Piece move(UUID id, long version, Instant now) {
        return Piece.of("""
            cart_row as (
                update cart.carts set version = version + 1, updated_at = :cart_now
                 where id = :cart_id and version = :cart_version and status = 'open'
                returning id)""")
            .bind("cart_id", id).bind("cart_version", version).bind("cart_now", now)
            .check("exists (select from cart_row)", Refused.STALE);
    }

    /// Ends a cart for good, with the reason: `ordered` or `merged`.
    static Piece end(UUID id, long version, String reason) {
        return Piece.of("""
            cart_ended as (
                update cart.carts set status = :end_reason, version = version + 1, updated_at = now()
                 where id = :end_id and version = :end_version and status = 'open'
                returning id)""")
            .bind("end_id", id).bind("end_version", version).bind("end_reason", reason)
            .check("exists (select from cart_ended)", Refused.STALE);
    }

    /// Brings the rows of the lines from one state to the next, inside a statement that moves or opens their cart.
    static Piece lines(UUID cartId, Cart before, Cart next) {
        Map<UUID, Cart.Line> old = before.lines().stream().collect(Collectors.toMap(Cart.Line::id, line -> line));
        List<Cart.Line> put = next.lines().stream().filter(line -> !line.equals(old.get(line.id()))).toList();
        List<UUID> kept = next.lines().stream().map(Cart.Line::id).toList();
        return Piece.of("""
            cart_lines_gone as (
                delete from cart.lines where cart_id = :lines_cart and id = any(:lines_gone::uuid[])),
            cart_lines_put as (
                insert into cart.lines (id, cart_id, variant_id, options, options_hash, quantity, seen_minor)
                select id, :lines_cart, variant_id, options::jsonb, decode(hash, 'hex'), quantity, nullif(seen, -1)
                  from unnest(:lines_ids::uuid[], :lines_variants::uuid[], :lines_options::text[],
                              :lines_hashes::text[], :lines_quantities::int[], :lines_seen::bigint[])
                       with ordinality as put (id, variant_id, options, hash, quantity, seen, place)
                 order by place
                on conflict (id) do update set quantity = excluded.quantity, seen_minor = excluded.seen_minor)""")
            .bind("lines_cart", cartId)
            .bind("lines_gone", old.keySet().stream().filter(id -> !kept.contains(id)).toArray(UUID[]::new))
            .bind("lines_ids", put.stream().map(Cart.Line::id).toArray(UUID[]::new))
            .bind("lines_variants", put.stream().map(Cart.Line::variantId).toArray(UUID[]::new))
            .bind("lines_options", put.stream().map(line -> text(line.options())).toArray(String[]::new))
            .bind("lines_hashes", put.stream().map(line -> hash(line.options())).toArray(String[]::new))
            .bind("lines_quantities", put.stream().map(Cart.Line::quantity).toArray(Integer[]::new))
            .bind("lines_seen", put.stream().map(CartRows::minor).toArray(Long[]::new));
    }

    /// Remembers what the client is being shown; only while the cart is the one that is shown.
    static Piece seen(UUID cartId, long version, List<Cart.Line> lines) {
        return Piece.of("""
            cart_seen as (
                update cart.lines l set seen_minor = s.minor
                  from unnest(:seen_ids::uuid[], :seen_minors::bigint[]) as s (id, minor)
                 where l.id = s.id and l.cart_id = :seen_cart
                   and exists (select from cart.carts
                                where id = :seen_cart and version = :seen_version and status = 'open'))""")
            .bind("seen_cart", cartId).bind("seen_version", version)
            .bind("seen_ids", lines.stream().map(Cart.Line::id).toArray(UUID[]::new))
            .bind("seen_minors", lines.stream().map(CartRows::minor).toArray(Long[]::new));
    }

    private static Piece owner(Piece piece, CartRef ref) {
        return piece.bind("cart_channel", ref.channel())
            .bind("cart_account", ref.account().orElse(null), UUID.class)
            .bind("cart_token", ref.token().map(CartRows::hash).orElse(null), byte[].class);
    }

    private static Found found(Write.Answers answers, String channel, Currency currency) {
        List<CartRow> carts = Json.OURS.readValue(answers.get("carts", String.class), CARTS);
        List<LineRow> lines = Json.OURS.readValue(answers.get("lines", String.class), LINES);
        Map<UUID, Variant> variants = Catalog.read(String.valueOf(answers.get("catalog_variants", String.class)))
            .stream().collect(Collectors.toMap(Variant::id, Function.identity()));
        Cart own = null;
        Cart guest = null;
        for (CartRow row : carts) {
            Cart cart = new Cart(row.id(), channel, row.version(), lines.stream()
                .filter(line -> line.cartId().equals(row.id())).map(line -> line(line, currency)).toList());
            if (row.own()) own = cart;
            else guest = cart;
        }
        return new Found(own, guest, Boolean.TRUE.equals(answers.get("token_known", Boolean.class)), variants,
            Pricing.read(answers.get("pricing_tags", String.class)));
    }

    private static Cart.Line line(LineRow row, Currency currency) {
        Long seen = row.seenMinor();
        return new Cart.Line(row.id(), row.variantId(), Map.copyOf(row.options()), row.quantity(),
            seen == null ? null : new Money(seen, currency));
    }

    private static Long minor(Cart.Line line) {
        Money seen = line.seen();
        return seen == null ? NEVER : seen.minor();
    }

    private static String text(Map<String, String> options) {
        return new String(Json.bytes(new TreeMap<>(options)), StandardCharsets.UTF_8);
    }

    private static String hash(Map<String, String> options) {
        return HexFormat.of().formatHex(hash(text(options)));
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                .digest(Objects.requireNonNull(text).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
