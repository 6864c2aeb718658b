package io.millrace.payment;

import static io.millrace.http.Access.anyone;
import static io.millrace.http.Access.needs;

import io.millrace.audit.Audit;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.http.Paging;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.money.Money;
import io.millrace.postgres.Piece;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// Payments for their payers (by account or by the token of what was paid), refunds and collected cash for staff.
final class PaymentRoutes {
    private static final String READ = "payment:read";
    private static final String REFUND = "payment:refund";
    private static final String TOKEN = "X-Order-Token";
    private static final int REASON_CHARS_MAX = 200;
    private static final int OBJECT_CHARS_MAX = 255;
    private static final int LINES_MAX = 200;

    private final Payments payments;
    private final PaymentRows rows;
    private final Settling settling;
    private final Providers providers;
    private final Reviews reviews;
    private final Audit audit;
    private final InstantSource clock;

    PaymentRoutes(Payments payments, PaymentRows rows, Settling settling, Providers providers, Reviews reviews,
        Audit audit, InstantSource clock) {
        this.payments = payments;
        this.rows = rows;
        this.settling = settling;
        this.providers = providers;
        this.reviews = reviews;
        this.audit = audit;
        this.clock = clock;
    }

    RouterFunction<ServerResponse> table(Api api) {
        return api.table("", table -> {
            table.GET("/payments", anyone(), this::mine).buys();
            table.GET("/payments/{id}", anyone(), this::show).buys();
            table.POST("/payments/process", anyone(), this::process).ownsIdempotency();
            table.POST("/payments/{id}/refunds", needs(REFUND), this::refund).freshly();
            table.POST("/admin/payments/{id}/collect", needs(REFUND), this::collect).ownsIdempotency();
            table.GET("/admin/payments/reviews", needs(REFUND), this::quarantined);
            table.POST("/admin/payments/reviews/{id}/resolve", needs(REFUND), this::resolve);
        });
    }

    private Mono<Reply> mine(ServerRequest request) {
        Caller caller = Caller.of(request);
        String bearer = bearer(request);
        if (!caller.isSignedIn() && bearer == null) return Reply.refuse(Problem.unauthorized());
        Paging paging = Paging.of(request);
        return rows.mine(caller.id().orElse(null), bearer, paging.after(), paging.perPage()).collectList()
            .flatMap(found -> paging.reply(request, found, paging.piece(
                found.size() < paging.perPage() ? null : Paging.cursor(found.getLast().id()))));
    }

    private Mono<Reply> show(ServerRequest request) {
        return find(request).filter(payment -> mayRead(request, payment))
            .flatMap(payment -> Reply.ok(payment.view())).switchIfEmpty(absent());
    }

    private record Process(@Nullable String paymentIntentId, @Nullable String provider) {}

    /// The answer tells a stranger nothing but the status that the provider knows as well.
    private Mono<Reply> process(ServerRequest request) {
        Process wish = Api.body(request, Process.class);
        Fields fields = new Fields();
        String object = fields.text("payment_intent_id", wish.paymentIntentId(), OBJECT_CHARS_MAX);
        fields.orRefuse();
        String provider = wish.provider() == null ? "stripe" : wish.provider();
        return payments.verify(provider, object).flatMap(PaymentRoutes::answer);
    }

    private record Processed(UUID paymentId, String status) {}

    private static Mono<Reply> answer(Settlement settlement) {
        return switch (settlement) {
            case Settlement.Settled(var id, var ref, var status, var changed) ->
                Reply.ok(new Processed(id, status.wire()));
            case Settlement.Quarantined(var reason) -> Reply.refuse(Problem.conflict("payment_in_review",
                "This payment does not fit what was to be paid; we look into it"));
            case Settlement.Absent() -> absent();
            case Settlement.Unsure() -> Reply.refuse(Problem.unavailable("provider_silent",
                "The payment provider does not answer; nothing is lost, try again", 2));
        };
    }

    private record RefundWish(@Nullable Money amount, @Nullable List<RefundLine> lines, @Nullable String reason) {}

    private record Wanted(UUID id, UUID paymentId, String status, Money amount) {}

    private Mono<Reply> refund(ServerRequest request) {
        UUID id = Ids.read(request.pathVariable("id")).orElse(null);
        RefundWish wish = Api.body(request, RefundWish.class);
        List<RefundLine> lines = wish.lines() == null ? List.of() : wish.lines();
        Fields fields = new Fields();
        String reason = fields.text("reason", wish.reason(), REASON_CHARS_MAX);
        fields.must("amount", wish.amount(), Money::isPositive, "must be more than nothing");
        fields.must("lines", lines, all -> all.size() <= LINES_MAX, "has more than " + LINES_MAX + " lines");
        fields.must("lines", lines, all -> all.stream().allMatch(line -> line.item() != null && line.quantity() > 0),
            "each needs an item and a quantity");
        if (!lines.isEmpty() && wish.amount() == null) fields.wrong("amount", "is required with lines");
        fields.orRefuse();
        if (id == null) return absent();
        return payments.refund(id, wish.amount(), reason, lines, wanted -> List.of(audit.entry(request,
            "payment.refund", "payment:" + id, null, Map.of("refund", wanted.refund(), "amount", wanted.amount()))))
            .flatMap(refunding -> answer(id, refunding));
    }

    private static Mono<Reply> answer(UUID id, Refunding refunding) {
        return switch (refunding) {
            case Refunding.Wanted(var refund, var amount) -> Reply.created("/api/v1/payments/" + id,
                new Wanted(refund, id, RefundStatus.WANTED.wire(), amount));
            case Refunding.ExceedsCaptured(var left) -> Reply.refuse(Problem.conflict("refund_exceeds_captured",
                "Only " + left + " of this payment can be given back").detail("left", left));
            case Refunding.OtherCurrency() ->
                Reply.refuse(Problem.invalid("amount", "must be in the payment's currency"));
            case Refunding.Absent() -> absent();
        };
    }

    /// Somebody brought the cash.
    private Mono<Reply> collect(ServerRequest request) {
        return find(request).flatMap(payment -> {
            String object = payment.object();
            if (providers.of(payment).answers() || object == null)
                return Reply.refuse(Problem.conflict(
                    "not_collectable", "This payment is not collected by us"));
            if (!payment.status().isOpen() && !payment.status().isPaid())
                return Reply.refuse(Problem.conflict(
                    "not_collectable", "This payment is " + payment.status().wire()));
            return settling.hear(payment, new Heard.Paid(object, payment.sum()), collecting(request, payment))
                .then(rows.byId(payment.id())).flatMap(now -> Reply.ok(now.view()));
        }).switchIfEmpty(absent());
    }

    private List<Piece> collecting(ServerRequest request, Payment payment) {
        return payment.status().isPaid() ? List.of() : List.of(audit.entry(request, "payment.collect",
            "payment:" + payment.id(), Map.of("status", payment.status().wire()),
            Map.of("status", PaymentStatus.CAPTURED.wire(), "amount", payment.sum())));
    }

    private Mono<Reply> quarantined(ServerRequest request) {
        return reviews.open().collectList().flatMap(Reply::ok);
    }

    private record Resolved(@Nullable String resolution) {}

    private Mono<Reply> resolve(ServerRequest request) {
        Fields fields = new Fields();
        String done = fields.text("resolution", Api.body(request, Resolved.class).resolution(), REASON_CHARS_MAX);
        fields.orRefuse();
        return Mono.justOrEmpty(Ids.read(request.pathVariable("id")))
            .flatMap(id -> reviews.resolve(id, Caller.of(request).account(), done, clock.instant(), audit.entry(request,
                "review.resolve", "review:" + id, Map.of("resolved", false), Map.of("resolved", true))))
            .filter(resolved -> resolved).flatMap(resolved -> Reply.noContent())
            .switchIfEmpty(Mono.defer(() -> Reply.refuse(Problem.notFound("This review was"))));
    }

    private Mono<Payment> find(ServerRequest request) {
        return Mono.justOrEmpty(Ids.read(request.pathVariable("id"))).flatMap(rows::byId);
    }

    private static boolean mayRead(ServerRequest request, Payment payment) {
        Caller caller = Caller.of(request);
        if (caller.may(READ) || caller.may(REFUND)) return true;
        String bearer = bearer(request);
        return caller.id().isPresent() && caller.id().get().equals(payment.payer())
            || bearer != null && payment.bearer() != null && MessageDigest.isEqual(
                bearer.getBytes(StandardCharsets.US_ASCII), payment.bearer().getBytes(StandardCharsets.US_ASCII));
    }

    private static @Nullable String bearer(ServerRequest request) {
        String token = request.headers().firstHeader(TOKEN);
        if (token == null) return null;
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
                .digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Mono<Reply> absent() {
        return Reply.refuse(Problem.notFound("This payment was"));
    }
}
