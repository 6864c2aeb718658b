package io.millrace.ordering;

import io.millrace.channel.Channel;
import io.millrace.customer.Phone;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.http.OneLine;
import io.millrace.money.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The body of a checkout, as clients send it. There is no price, total, status or owner in it: those are ours to say.
record PlaceOrder(@Nullable List<Item> items, @Nullable Contact contact, @Nullable Address shippingAddress,
    @Nullable String shippingAddressId, @Nullable Address billingAddress, @Nullable String shippingMethod,
    @Nullable String paymentMethod,
    @Nullable String note, @Nullable String quoteHash) {
    /// Lines of one order.
    static final int LINES_MAX = 200;
    private static final int NAME_CHARS_MAX = 200;
    private static final int EMAIL_CHARS_MAX = 254;
    private static final int NOTE_CHARS_MAX = 2_000;
    private static final int CODE_CHARS_MAX = 80;
    private static final int OPTIONS_MAX = 20;
    private static final Pattern EMAIL = Pattern.compile("[^\\s@<>\"]+@[^\\s@<>\"]+\\.[^\\s@<>\"]+");

    record Item(@Nullable String variantId, @Nullable Long quantity, @Nullable Map<String, String> options) {}

    record Contact(@Nullable String name, @Nullable String email, @Nullable String phone) {}

    /// What a buyer wants, understood and checked. `lines` null means his cart.
    record Wish(@Nullable List<WantedLine> lines, Buyer buyer, @Nullable Address shippingAddress,
        @Nullable Address billingAddress, @Nullable String shippingMethod, String paymentMethod, @Nullable String note,
        @Nullable String quoteHash) {}

    record WantedLine(UUID variantId, int quantity, Map<String, String> options) {}

    /// Who buys, as he says; the phone in international form.
    record Buyer(String name, @Nullable String email, @Nullable String phone) {}

    /// The same, going to an address that the buyer keeps.
    PlaceOrder to(Address address) {
        return new PlaceOrder(items, contact, address, null, billingAddress, shippingMethod, paymentMethod, note,
            quoteHash);
    }

    /// Checks everything and throws one 422 that names each wrong field.
    Wish checked(Channel channel) {
        Fields fields = new Fields();
        Buyer buyer = buyer(fields, channel);
        if (shippingAddressId != null)
            fields.wrong("shipping_address_id", shippingAddress != null ? "comes without shipping_address"
                : "is not an address of yours");
        List<WantedLine> lines = items == null ? null : lines(fields, items);
        Address ship = shippingAddress == null ? null
            : shippingAddress.checked(fields, "shipping_address", channel.countries(), buyer.name());
        Address bill = billingAddress == null ? null
            : billingAddress.checked(fields, "billing_address", List.of(), buyer.name());
        String shipping = OneLine.optional(fields, "shipping_method", shippingMethod, CODE_CHARS_MAX);
        if (shipping != null && channel.shippingMethod(shipping).isEmpty())
            fields.wrong("shipping_method", "is not a way this channel ships");
        String payment = OneLine.required(fields, "payment_method", paymentMethod, CODE_CHARS_MAX);
        String hash = OneLine.optional(fields, "quote_hash", quoteHash, 200);
        String words = OneLine.note(fields, "note", note, NOTE_CHARS_MAX);
        fields.orRefuse();
        return new Wish(lines, buyer, ship, bill, shipping, payment, words, hash);
    }

    private Buyer buyer(Fields fields, Channel channel) {
        if (contact == null) {
            fields.wrong("contact", "is required");
            return new Buyer("", null, null);
        }
        String name = OneLine.required(fields, "contact.name", contact.name(), NAME_CHARS_MAX);
        String email = OneLine.optional(fields, "contact.email", contact.email(), EMAIL_CHARS_MAX);
        fields.must("contact.email", email, text -> EMAIL.matcher(text).matches(), "is not an email address");
        String phone = OneLine.optional(fields, "contact.phone", contact.phone(), NAME_CHARS_MAX);
        String normal = phone == null ? null : Phone.normal(phone, home(channel)).orElse(null);
        if (phone != null && normal == null) fields.wrong("contact.phone", "is not a phone number");
        if (email == null && phone == null) fields.wrong("contact.email", "or a phone number is required");
        return new Buyer(name, email, normal);
    }

    /// A phone number without a country is one of where the goods go, or of the channel's home.
    private String home(Channel channel) {
        if (shippingAddress != null && shippingAddress.country() != null) return shippingAddress.country();
        return channel.countries().isEmpty() ? "" : channel.countries().getFirst();
    }

    private static List<WantedLine> lines(Fields fields, List<Item> items) {
        List<WantedLine> lines = new ArrayList<>();
        if (items.isEmpty()) fields.wrong("items", "are required");
        if (items.size() > LINES_MAX) {
            fields.wrong("items", "are more than " + LINES_MAX);
            return lines;
        }
        for (int i = 0; i < items.size(); i++) line(fields, items.get(i), "items[" + i + "]", lines);
        return lines;
    }

    private static void line(Fields fields, @Nullable Item item, String at, List<WantedLine> lines) {
        if (item == null) {
            fields.wrong(at, "is required");
            return;
        }
        UUID variant = item.variantId() == null ? null : Ids.read(item.variantId()).orElse(null);
        if (variant == null) fields.wrong(at + ".variant_id", "is not a variant of this channel");
        long quantity = item.quantity() == null ? 0 : item.quantity();
        boolean counts = Quantity.isValid(quantity);
        if (!counts) fields.wrong(at + ".quantity", "is 1 to " + Quantity.MAX);
        Map<String, String> options = item.options() == null ? Map.of() : item.options();
        if (options.size() > OPTIONS_MAX || options.entrySet().stream().anyMatch(option -> option.getValue() == null
            || option.getKey().length() + option.getValue().length() > NAME_CHARS_MAX
            || !OneLine.isSane(option.getKey() + option.getValue(), false)))
            fields.wrong(at + ".options", "are at most " + OPTIONS_MAX + " short texts");
        else
            if (variant != null && counts) lines.add(new WantedLine(variant, (int) quantity, options));
    }
}
