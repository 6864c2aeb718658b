package io.millrace.ordering;

import static java.util.Objects.requireNonNull;

import io.millrace.http.Json;
import io.millrace.money.Money;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.r2dbc.spi.Parameters;
import io.r2dbc.spi.Readable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Currency;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The cellar of orders: one row each. Every move is guarded by the version it was decided on.
final class Orders {
    private static final String LIFE = """
        select id, version, status, payment_status, fulfilment_status, stock_status, currency, total, refunded,
               payment, paid_by, reservation, cancel_reason, number, channel, shipping_net, tax_total, account,
               encode(token_hash, 'hex') as bearer
          from ordering.orders
        """;
    private static final String VIEW = """
        select id, number, channel, account, status, payment_status, fulfilment_status, currency, subtotal,
               discount_total, shipping_total, tax_total, tax_included, total, refunded, method, contact_name,
               contact_email, contact_phone, document::text as document, cancel_reason, placed_at, version, payment,
               sealed, vault.key_of(id) as key_of, (select words.sealed from ordering.words
                   where words.order_id = orders.id and about = 'cancel' order by words.id limit 1) as cancel_words
          from ordering.orders
        """;
    /// Who may look at an order: its owner, who holds its token, or the shop's people. Part of the query itself, so
    /// that an order of somebody else's is as absent as one that does not exist.
    private static final String MAY_SEE =
        "(:everybody or account = :account or token_hash = :token_hash)";

    private final Postgres postgres;
    private final Persons persons;

    Orders(Postgres postgres, Persons persons) {
        this.postgres = postgres;
        this.persons = persons;
    }

    /// Who asks: an account, the hash of an order's token, or somebody who may see all.
    record Asker(@Nullable UUID account, byte @Nullable [] tokenHash, boolean everybody) {
        private Map<String, Object> binds() {
            Map<String, Object> binds = new HashMap<>();
            binds.put("everybody", everybody);
            binds.put("account", account == null ? Parameters.in(UUID.class) : account);
            binds.put("token_hash", tokenHash == null ? Parameters.in(byte[].class) : tokenHash);
            return binds;
        }
    }

    /// One page of a list by keyset: orders before this one, newest first.
    record Page(@Nullable UUID before, int limit, int skip) {}

    /// The filters of the shop's people.
    record Filter(@Nullable String channel, @Nullable String status, @Nullable String paymentStatus,
        @Nullable String phone, @Nullable String number) {}

    /// A new order's row; answers `order_number`.
    static Piece insert(Order order, OrderView view, @Nullable UUID account, byte @Nullable [] tokenHash,
        Persons.Sealed sealed) {
        var document = Person.without(view);
        return Piece.of("""
            order_row as (
                insert into ordering.orders (id, number, channel, account, token_hash, status, payment_status,
                    fulfilment_status, stock_status, version, currency, subtotal, discount_total, shipping_total,
                    shipping_net, tax_total, tax_included, total, payment, paid_by, method, reservation, sealed,
                    phone_blind, email_blind, document, placed_at, moved_at)
                values (:id, ordering.next_number(:channel), :channel, :account, :token_hash, :status,
                    :payment_status, :fulfilment_status, :stock_status, :version, :currency, :subtotal,
                    :discount_total, :shipping_total, :shipping_net, :tax_total, :tax_included, :total, :payment,
                    :paid_by, :method, :reservation, :sealed, :phone_blind, :email_blind, :document::jsonb, :at, :at)
                returning number)""")
            .bind("id", order.id()).bind("channel", view.channel()).bind("account", account, UUID.class)
            .bind("token_hash", tokenHash, byte[].class).bind("status", order.status().word())
            .bind("payment_status", order.money().word()).bind("fulfilment_status", order.goods().word())
            .bind("stock_status", order.stock().word()).bind("version", order.version())
            .bind("currency", order.total().currency().getCurrencyCode()).bind("subtotal", view.subtotal().minor())
            .bind("discount_total", view.discountTotal().minor()).bind("shipping_total", view.shippingTotal().minor())
            .bind("shipping_net", Books.Parts.of(view).shipping().minor())
            .bind("tax_total", view.taxTotal().minor()).bind("tax_included", view.taxIncluded())
            .bind("total", order.total().minor()).bind("payment", order.payment())
            .bind("paid_by", order.paidBy(), UUID.class).bind("method", view.paymentMethod())
            .bind("reservation", order.reservation()).bind("sealed", sealed.person())
            .bind("phone_blind", sealed.phone(), byte[].class).bind("email_blind", sealed.email(), byte[].class)
            .bind("document", new String(Json.bytes(document), StandardCharsets.UTF_8)).bind("at", view.placedAt())
            .answer("order_number", NUMBER);
    }

    /// The number of the order in the same statement.
    static final String NUMBER = "(select number from order_row)";

    /// The order's move, refused as stale when it moved since it was read.
    static Piece move(Order before, Order after, @Nullable String method, Instant at) {
        return Piece.of("""
            order_moved{i} as (
                update ordering.orders
                   set status = :status, payment_status = :payment_status, fulfilment_status = :fulfilment_status,
                       stock_status = :stock_status, version = :version, refunded = :refunded, payment = :payment,
                       paid_by = :paid_by, cancel_reason = :cancel_reason, method = coalesce(:method, method),
                       moved_at = :at
                 where id = :id and version = :before
                returning id)""")
            .bind("status", after.status().word()).bind("payment_status", after.money().word())
            .bind("fulfilment_status", after.goods().word()).bind("stock_status", after.stock().word())
            .bind("version", after.version()).bind("refunded", after.refunded().minor())
            .bind("payment", after.payment()).bind("paid_by", after.paidBy(), UUID.class)
            .bind("cancel_reason", after.cancelReason(), String.class).bind("method", method, String.class)
            .bind("at", at).bind("id", before.id()).bind("before", before.version())
            .check("exists (select from order_moved{i})", Refused.STALE);
    }

    /// What somebody said about an order, sealed.
    static Piece words(UUID order, String about, byte[] sealed, Instant at) {
        return Piece.of("""
            order_words{i} as (
                insert into ordering.words (order_id, about, sealed, at) values (:order, :about, :sealed, :at))""")
            .bind("order", order).bind("about", about).bind("sealed", sealed).bind("at", at);
    }

    /// Keeps what should not have happened, with the state it met.
    static Piece park(UUID id, UUID order, Object state, Object fact, Instant at) {
        return Piece.of("""
            order_parked{i} as (
                insert into ordering.unexpected (id, order_id, state, fact, at)
                values (:id, :order, :state::jsonb, :fact::jsonb, :at))""")
            .bind("id", id).bind("order", order).bind("at", at)
            .bind("state", new String(Json.bytes(state), StandardCharsets.UTF_8))
            .bind("fact", new String(Json.bytes(fact), StandardCharsets.UTF_8));
    }

    Mono<Stored> life(UUID id) {
        return postgres.query(LIFE + " where id = :id", Map.of("id", id), Orders::life).singleOrEmpty();
    }

    Mono<Stored> life(UUID id, Asker asker) {
        Map<String, Object> binds = asker.binds();
        binds.put("id", id);
        return postgres.query(LIFE + " where id = :id and " + MAY_SEE, binds, Orders::life).singleOrEmpty();
    }

    Mono<OrderView> view(UUID id, Asker asker) {
        Map<String, Object> binds = asker.binds();
        binds.put("id", id);
        return postgres.query(VIEW + " where id = :id and " + MAY_SEE, binds, this::view).singleOrEmpty();
    }

    Flux<OrderView> mine(UUID account, Page page) {
        return postgres.query(VIEW + """
             where account = :account and (:before::uuid is null or id < :before)
             order by id desc limit :limit offset :skip
            """, Map.of("account", account, "before", orNull(page.before(), UUID.class), "limit", page.limit(), "skip",
            page.skip()), this::view);
    }

    Mono<Long> countMine(UUID account) {
        return postgres.query("select count(*) as n from ordering.orders where account = :account",
            Map.of("account", account), row -> requireNonNull(row.get("n", Long.class))).single();
    }

    Flux<OrderView> ofPhone(String channel, String phone, int limit) {
        return postgres.query(VIEW + """
             where phone_blind = :phone and channel = :channel order by id desc limit :limit
            """, Map.of("phone", requireNonNull(persons.phone(phone)), "channel", channel, "limit", limit),
            this::view);
    }

    Flux<OrderView> all(Filter filter, Page page) {
        return postgres.query(VIEW + """
             where (:channel::text is null or channel = :channel) and (:status::text is null or status = :status)
               and (:payment_status::text is null or payment_status = :payment_status)
               and (:phone::bytea is null or phone_blind = :phone) and (:number::text is null or number = :number)
               and (:before::uuid is null or id < :before)
             order by id desc limit :limit offset :skip
            """, filterBinds(filter, page), this::view);
    }

    /// Orders from before they were sealed, whose people still stand there in clear.
    Flux<OrderView> unsealed(int limit) {
        return postgres.query(VIEW + " where contact_name is not null order by id limit :limit",
            Map.of("limit", limit), this::view);
    }

    /// Seals one of them: the key and the row in one statement.
    Mono<Void> seal(OrderView view) {
        Persons.Sealed sealed = persons.sealed(view.id(), Person.of(view));
        return postgres.run(Write.of(sealed.key(), Piece.of("""
            order_sealed as (
                update ordering.orders set sealed = :sealed, phone_blind = :phone, email_blind = :email,
                    document = :document::jsonb, contact_name = null, contact_email = null, contact_phone = null
                 where id = :id and contact_name is not null)""")
            .bind("id", view.id()).bind("sealed", sealed.person()).bind("phone", sealed.phone(), byte[].class)
            .bind("email", sealed.email(), byte[].class)
            .bind("document", new String(Json.bytes(Person.without(view)), StandardCharsets.UTF_8)))).then();
    }

    /// Takes the people out of an account's orders, and their keys away. What was bought and paid stays.
    Mono<Long> forget(UUID account, Instant at) {
        Map<String, Object> binds = Map.of("account", account, "at", at);
        return postgres.update("""
            delete from ordering.words where order_id in (select id from ordering.orders where account = :account)
            """, Map.of("account", account))
            .then(postgres.query("""
                select count(vault.forget(id, :at)) as n from ordering.orders where account = :account
                """, binds, row -> requireNonNull(row.get("n", Long.class))).single())
            .flatMap(keys -> postgres.update("""
                update ordering.orders set sealed = null, phone_blind = null, email_blind = null, contact_name = null,
                    contact_email = null, contact_phone = null,
                    document = document - 'shipping_address' - 'billing_address' - 'note'
                 where account = :account
                """, Map.of("account", account)));
    }

    /// How many unexpected things nobody has looked at.
    Mono<Long> unexpected() {
        return postgres.query("select count(*) as n from ordering.unexpected where resolved_at is null", Map.of(),
            row -> requireNonNull(row.get("n", Long.class))).single();
    }

    /// The oldest of them.
    Flux<Map<String, Object>> unexpected(int limit) {
        return postgres.query("""
            select id, order_id, state::text as state, fact::text as fact, at from ordering.unexpected
             where resolved_at is null order by at limit :limit
            """, Map.of("limit", limit), row -> Map.of("id", id(row, "id"), "order_id", id(row, "order_id"),
            "state", Json.OURS.readTree(text(row, "state")), "fact", Json.OURS.readTree(text(row, "fact")),
            "at", requireNonNull(row.get("at", Instant.class))));
    }

    /// False when there is none that is open; `entry` is the account of it.
    Mono<Boolean> resolve(UUID unexpected, UUID by, Instant at, Piece entry) {
        Piece resolved = Piece.of("""
            order_resolved as (
                update ordering.unexpected set resolved_at = :at, resolved_by = :by
                 where id = :id and resolved_at is null returning 1)""")
            .bind("id", unexpected).bind("by", by).bind("at", at)
            .check("exists (select from order_resolved)", Refused.ABSENT);
        return postgres.runIfThere(Write.of(resolved, entry));
    }

    private Map<String, Object> filterBinds(Filter filter, Page page) {
        Map<String, Object> binds = new HashMap<>();
        binds.put("channel", orNull(filter.channel(), String.class));
        binds.put("status", orNull(filter.status(), String.class));
        binds.put("payment_status", orNull(filter.paymentStatus(), String.class));
        binds.put("phone", orNull(persons.phone(filter.phone()), byte[].class));
        binds.put("number", orNull(filter.number(), String.class));
        binds.put("before", orNull(page.before(), UUID.class));
        binds.put("limit", page.limit());
        binds.put("skip", page.skip());
        return binds;
    }

    private static Object orNull(@Nullable Object value, Class<?> type) {
        return value == null ? Parameters.in(type) : value;
    }

    private static Stored life(Readable row) {
        Currency currency = Currency.getInstance(text(row, "currency"));
        Order order = new Order(id(row, "id"), number(row, "version"), OrderStatus.valueOf(word(row, "status")),
            OrderStatus.Payment.valueOf(word(row, "payment_status")),
            OrderStatus.Fulfilment.valueOf(word(row, "fulfilment_status")),
            OrderStatus.Stock.valueOf(word(row, "stock_status")), new Money(number(row, "total"), currency),
            new Money(number(row, "refunded"), currency), id(row, "payment"), row.get("paid_by", UUID.class),
            id(row, "reservation"), row.get("cancel_reason", String.class));
        return new Stored(order, text(row, "number"), text(row, "channel"),
            new Books.Parts(new Money(number(row, "shipping_net"), currency),
                new Money(number(row, "tax_total"), currency)),
            row.get("account", UUID.class),
            row.get("bearer", String.class));
    }

    private OrderView view(Readable row) {
        Currency currency = Currency.getInstance(text(row, "currency"));
        var document = Json.OURS.readValue(text(row, "document"), OrderView.Document.class);
        Person person = person(row, document);
        var payment = new OrderView.PaymentPart(id(row, "payment"), text(row, "method"), text(row, "payment_status"),
            null, null, null);
        return new OrderView(id(row, "id"), text(row, "number"), text(row, "channel"),
            OrderStatus.valueOf(word(row, "status")), text(row, "payment_status"), text(row, "fulfilment_status"),
            person.lines(document.items()), new Money(number(row, "subtotal"), currency),
            new Money(number(row, "discount_total"), currency), new Money(number(row, "shipping_total"), currency),
            new Money(number(row, "tax_total"), currency), Boolean.TRUE.equals(row.get("tax_included", Boolean.class)),
            new Money(number(row, "total"), currency), new Money(number(row, "refunded"), currency),
            text(row, "method"), payment, person.contact(), person.shippingAddress(), person.billingAddress(),
            document.shipping(), person.note(), cancelReason(row), document.quoteHash(),
            requireNonNull(row.get("placed_at", Instant.class)), number(row, "version"), null);
    }

    private Person person(Readable row, OrderView.Document document) {
        @Nullable String clear = row.get("contact_name", String.class);
        if (clear == null)
            return persons.opened(id(row, "id"), row.get("sealed", byte[].class), row.get("key_of", byte[].class));
        // from before orders were sealed; the job has not come to it yet
        return new Person(new PlaceOrder.Buyer(clear, row.get("contact_email", String.class),
            row.get("contact_phone", String.class)), document.shippingAddress(), document.billingAddress(),
            document.note(), document.items().stream().map(OrderView.Item::options).toList());
    }

    /// The word that the facts tell, and in its place what the person said where he said something.
    private @Nullable String cancelReason(Readable row) {
        @Nullable String reason = row.get("cancel_reason", String.class);
        @Nullable String words = persons.words(id(row, "id"), row.get("cancel_words", byte[].class),
            row.get("key_of", byte[].class));
        return reason == null || words == null ? reason : reason.replaceFirst("_wish$", "") + ": " + words;
    }

    private static String text(Readable row, String name) {
        return requireNonNull(row.get(name, String.class), name);
    }

    private static String word(Readable row, String name) {
        return text(row, name).toUpperCase(Locale.ROOT);
    }

    private static UUID id(Readable row, String name) {
        return requireNonNull(row.get(name, UUID.class), name);
    }

    private static long number(Readable row, String name) {
        return requireNonNull(row.get(name, Long.class), name);
    }
}
