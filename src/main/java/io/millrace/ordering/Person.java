package io.millrace.ordering;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an order knows of people: who bought, where it goes, what they wrote. Kept sealed, apart from what was bought;
/// `options` belong to the lines, in their order.
record Person(PlaceOrder.Buyer contact, @Nullable Address shippingAddress, @Nullable Address billingAddress,
    @Nullable String note, List<Map<String, String>> options) {
    /// Of an order whose person was erased.
    static final Person FORGOTTEN = new Person(new PlaceOrder.Buyer("erased", null, null), null, null, null, List.of());

    static Person of(OrderView view) {
        return new Person(view.contact(), view.shippingAddress(), view.billingAddress(), view.note(),
            view.items().stream().map(OrderView.Item::options).toList());
    }

    /// What was bought, without anything that people wrote.
    static OrderView.Document without(OrderView view) {
        return new OrderView.Document(view.items().stream().map(item -> item.with(Map.of())).toList(), null, null,
            view.shipping(), null, view.quoteHash());
    }

    /// The lines as they were bought.
    List<OrderView.Item> lines(List<OrderView.Item> items) {
        if (options.size() != items.size()) return items;
        return java.util.stream.IntStream.range(0, items.size())
            .mapToObj(i -> items.get(i).with(options.get(i))).toList();
    }
}
