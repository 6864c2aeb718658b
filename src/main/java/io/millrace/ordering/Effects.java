package io.millrace.ordering;

import io.millrace.fulfilment.Fulfilment;
import io.millrace.http.Ids;
import io.millrace.inventory.Inventory;
import io.millrace.inventory.Stocking;
import io.millrace.ledger.Journal;
import io.millrace.ledger.Ledger;
import io.millrace.messaging.Change;
import io.millrace.payment.Payable;
import io.millrace.payment.Payments;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Turns what a decision wants into pieces of the one statement that carries it out. One switch, every effect.
final class Effects {
    private final Inventory inventory;
    private final Payments payments;
    private final Ledger ledger;
    private final Fulfilment fulfilment;
    private final Ids ids;

    Effects(Inventory inventory, Payments payments, Ledger ledger, Fulfilment fulfilment, Ids ids) {
        this.inventory = inventory;
        this.payments = payments;
        this.ledger = ledger;
        this.fulfilment = fulfilment;
        this.ids = ids;
    }

    /// The change with all effects in it, in their order.
    Mono<Change> into(Change change, Stored stored, List<Effect> effects) {
        return Flux.fromIterable(effects)
            .reduce(Mono.just(change), (sofar, effect) -> sofar.flatMap(now -> into(now, stored, effect)))
            .flatMap(all -> all);
    }

    private Mono<Change> into(Change change, Stored stored, Effect effect) {
        String ref = stored.order().ref();
        return switch (effect) {
            case Effect.CommitStock(var reservation) -> just(inventory.commit(reservation, ref), change);
            case Effect.ReleaseStock(var reservation) -> just(inventory.release(reservation, ref), change);
            case Effect.RetakeStock(var reservation) ->
                inventory.reservation(reservation).map(gone -> inventory.retake(gone).into(change));
            case Effect.ReturnStock(var reservation) ->
                inventory.reservation(reservation).map(sold -> inventory.restock(sold).into(change));
            case Effect.OpenPayment open -> Mono.just(change.with(payments.open(open.payment(),
                payable(stored, open))));
            case Effect.CancelPayment(var payment) -> Mono.just(change.with(payments.cancel(payment,
                "order_moved_on")));
            case Effect.RefundPayment(var payment, var amount, var reason) ->
                Mono.just(change.with(payments.refundWanted(ids.next(), payment, amount, reason)));
            case Effect.BookSale() -> Mono.just(booked(change, stored, Books.sale(stored.order(), stored.channel(),
                stored.parts())));
            case Effect.UnbookSale(var before) -> Mono.just(booked(change, stored, Books.unsale(stored.order(),
                stored.channel(), stored.parts(), before)));
            case Effect.BookRefund(var amount) -> Mono.just(booked(change, stored, Books.refund(stored.order(),
                stored.channel(), amount)));
            case Effect.PackParcel() -> fulfilment.pack(ref, change);
            case Effect.ShipParcel(var carrier, var number) -> fulfilment.ship(ref, carrier, number, change);
            case Effect.DeliverParcel() -> fulfilment.deliver(ref, change);
        };
    }

    /// An order that costs nothing moves no money.
    private Change booked(Change change, Stored stored, Journal journal) {
        return stored.order().total().isZero() ? change : change.with(ledger.post(journal));
    }

    private static Mono<Change> just(Stocking stocking, Change change) {
        return Mono.just(stocking.into(change));
    }

    static Payable payable(Stored stored, Effect.OpenPayment open) {
        return new Payable(stored.order().ref(), open.amount(), open.method(), stored.channel(), stored.account(),
            stored.bearer());
    }
}
