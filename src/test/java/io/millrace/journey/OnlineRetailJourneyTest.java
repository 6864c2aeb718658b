package io.millrace.journey;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.millrace.imports.Import;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Oracle;
import io.millrace.testing.RealData;
import io.millrace.testing.Shop;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A wholesaler's own year (UCI Online Retail, CC0): its catalogue comes in, its invoices are ordered and paid through
/// HTTP several at a time, its cancellations become refunds, and every total is the source's to the penny.
///
/// The source sells one SKU at several prices, so a SKU is a product and each of its prices a variant. Amounts are
/// taken as they stand in the currency of the channel; nothing is taxed and everything is collected, so that an order's
/// total is the sum of its lines.
class OnlineRetailJourneyTest {
    private static final String FILE = "uci-online-retail/online_retail_2010-2011.csv.gz";
    private static final int INVOICES = 2_000 * Integer.getInteger("scale", 1);
    private static final int AT_ONCE = 8;
    private static final int LINES_MAX = 200;
    private static final int VARIANTS_MAX = 400;

    /// A line of an order, by variant.
    private record Sold(String sku, String price) {
        String key() {
            return sku + "@" + price;
        }
    }

    /// An invoice as the source has it: quantities by SKU and price.
    private record Invoice(String number, String customer, Map<Sold, Long> lines) {
        BigDecimal total() {
            return lines.entrySet().stream().map(line -> new BigDecimal(line.getKey().price())
                .multiply(BigDecimal.valueOf(line.getValue()))).reduce(BigDecimal.ZERO, BigDecimal::add);
        }

        boolean isCancellation() {
            return number.startsWith("C");
        }
    }

    private record Paid(Invoice invoice, String order, String token, String payment) {}

    @Test void a_year_of_invoices_is_sold_and_refunded_to_the_penny() throws Exception {
        RealData.file(FILE);
        Map<String, Invoice> invoices = invoices();
        List<Invoice> sales = invoices.values().stream().filter(OnlineRetailJourneyTest::canBeOrdered).limit(INVOICES)
            .toList();
        try (Shop shop = Shop.with("millrace.demo.enabled", "false")) {
            Client admin = shop.client().channel("pecos").bearer(token(shop.client())).checked();
            takeTheCatalogueIn(shop, token(shop.client()));
            Map<String, String> variants = variants(shop);
            List<Paid> paid = sell(shop, sales, variants);
            oracle(shop, sales);
            refund(shop, admin, paid, invoices);
            oracle(shop, sales);
        }
    }

    private static void takeTheCatalogueIn(Shop shop, String token) {
        List<Map<String, Object>> products = new ArrayList<>();
        Map<String, String> names = new TreeMap<>();
        Map<String, TreeSet<String>> prices = new TreeMap<>();
        try (Stream<NamedCsvRecord> rows = RealData.rows(FILE)) {
            rows.forEach(row -> {
                String sku = row.getField("StockCode").strip();
                names.merge(sku, row.getField("Description").strip(), (old, next) -> old.isEmpty() ? next : old);
                prices.computeIfAbsent(sku, s -> new TreeSet<>()).add(row.getField("UnitPrice").strip());
            });
        }
        List<Map<String, Object>> dirt = new ArrayList<>();
        prices.forEach((sku, all) -> {
            List<Map<String, Object>> variants = new ArrayList<>();
            for (String price : all) {
                if (isAmount(price))
                    variants.add(Map.of("sku", sku + "@" + price, "name", "at " + price, "price", price, "stock",
                        10_000_000));
                else
                    dirt.add(Map.of("external_key", sku + "/" + price, "name", sku, "sku", sku + "/" + price, "price",
                        price, "stock", 0));
            }
            // postage, fees and corrections have hundreds of prices: more than one product may have variants
            for (int from = 0; from < variants.size(); from += VARIANTS_MAX)
                products.add(Map.of("external_key", sku + "/" + from, "name", names.getOrDefault(sku, ""), "status",
                    "active", "tax_category", "zero", "variants", variants.subList(from, Math.min(variants.size(),
                        from + VARIANTS_MAX))));
        });
        Import result = Import.ndjson(shop.client(), token, "pecos",
            Stream.concat(products.stream(), dirt.stream()));
        System.out.println("catalogue: " + result.summary());
        assertThat(prices).as("SKUs").hasSize(4_070);
        assertThat(result.count("created") + result.count("refused")).as("nothing is swallowed")
            .isEqualTo(products.size() + dirt.size());
        assertThat(result.refused()).allSatisfy(line -> assertThat(line.path("errors").size()).isPositive());
    }

    /// What is no amount of money here (more than two decimals, below zero) is sent as it is, to be refused.
    private static boolean isAmount(String price) {
        BigDecimal amount = new BigDecimal(price);
        return amount.signum() >= 0 && amount.stripTrailingZeros().scale() <= 2;
    }

    private static boolean isPrice(String price) {
        return isAmount(price) && new BigDecimal(price).signum() > 0;
    }

    private static boolean canBeOrdered(Invoice invoice) {
        return !invoice.isCancellation() && !invoice.lines().isEmpty() && invoice.lines().size() <= LINES_MAX
            && invoice.lines().entrySet().stream().allMatch(line -> line.getValue() > 0
                && isPrice(line.getKey().price()));
    }

    private static List<Paid> sell(Shop shop, List<Invoice> sales, Map<String, String> variants) throws Exception {
        List<Callable<Paid>> work =
            sales.stream().<Callable<Paid>>map(sale -> () -> sell(shop, sale, variants)).toList();
        List<Paid> paid = new ArrayList<>();
        try (var people = Executors.newFixedThreadPool(AT_ONCE)) {
            for (var done : people.invokeAll(work)) paid.add(done.get());
        }
        Eventually.holds("all orders are paid", java.time.Duration.ofSeconds(60), () -> shop.database()
            .number("select count(*) from ordering.orders where payment_status = 'paid'") == sales.size());
        return paid;
    }

    private static Paid sell(Shop shop, Invoice sale, Map<String, String> variants) {
        List<Map<String, Object>> items = sale.lines().entrySet().stream().map(line -> Map.<String, Object>of(
            "variant_id", variants.get(line.getKey().key()), "quantity", line.getValue())).toList();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("items", items);
        body.put("contact", Map.of("name", "Customer " + sale.customer(), "email", "c" + sale.customer()
            + "@example.com"));
        body.put("shipping_method", "pickup");
        body.put("payment_method", "stripe");
        Answer placed = shop.client().channel("pecos").idempotencyKey("uci-" + sale.number()).checked()
            .post("orders", body).expect(201);
        assertThat(new BigDecimal(placed.data().path("total").path("amount").asString()))
            .as("invoice %s", sale.number()).isEqualByComparingTo(sale.total());
        JsonNode payment = placed.data().path("payment");
        String secret = payment.path("client_secret").asString();
        String intent = secret.substring(0, secret.indexOf("_secret_"));
        shop.client().with("Content-Type", "application/x-www-form-urlencoded").send("POST",
            "/sandbox/stripe/v1/payment_intents/" + intent + "/confirm", "key=pk_test_sandbox&client_secret=" + secret
                + "&payment_method=pm_card_visa")
            .expect(200);
        return new Paid(sale, placed.data().path("id").asString(), placed.data().path("order_token").asString(),
            payment.path("id").asString());
    }

    /// A cancellation refunds the latest replayed order of the same customer that holds all its lines at their prices.
    private static void refund(Shop shop, Client admin, List<Paid> paid, Map<String, Invoice> invoices) {
        Map<String, Long> returned = new ConcurrentHashMap<>();
        BigDecimal sum = BigDecimal.ZERO;
        int refunds = 0;
        int unmatched = 0;
        for (Invoice cancellation : invoices.values()) {
            if (!cancellation.isCancellation() || cancellation.lines().isEmpty()
                || cancellation.customer().isEmpty()) continue;
            Paid of = paid.reversed().stream().filter(sale -> holds(sale, cancellation, returned)).findFirst()
                .orElse(null);
            if (of == null) {
                unmatched++;
                continue;
            }
            BigDecimal amount = cancellation.total().negate();
            admin.idempotencyKey("uci-" + cancellation.number()).post("payments/" + of.payment() + "/refunds",
                Map.of("amount", Map.of("amount", amount.setScale(2).toPlainString(), "currency", "USD"), "reason",
                    "invoice " + cancellation.number()));
            cancellation.lines().forEach((line, quantity) -> returned.merge(of.order() + line.key(), -quantity,
                Long::sum));
            sum = sum.add(amount);
            refunds++;
        }
        System.out.println("cancellations: " + refunds + " refunded for " + sum + ", " + unmatched
            + " of sales that were not replayed");
        assertThat(refunds).isPositive();
        long minor = sum.movePointRight(2).longValueExact();
        Eventually.holds("all refunds are through", java.time.Duration.ofSeconds(60), () -> shop.database()
            .number("select coalesce(sum(refunded), 0) from payment.payments") == minor);
    }

    private static boolean holds(Paid sale, Invoice cancellation, Map<String, Long> returned) {
        return sale.invoice().customer().equals(cancellation.customer())
            && cancellation.lines().entrySet().stream().allMatch(line -> isPrice(line.getKey().price())
                && -line.getValue() > 0 && sale.invoice().lines().getOrDefault(line.getKey(), 0L)
                    - returned.getOrDefault(sale.order() + line.getKey().key(), 0L) >= -line.getValue());
    }

    /// The oracle of `goals.md` on everything that happened.
    private static void oracle(Shop shop, List<Invoice> sales) {
        Oracle.of(shop.database()).holds();
        BigDecimal sum = sales.stream().map(Invoice::total).reduce(BigDecimal.ZERO, BigDecimal::add);
        assertThat(shop.database().number("select sum(total) from ordering.orders"))
            .isEqualTo(sum.movePointRight(2).longValueExact());
    }

    private static Map<String, Invoice> invoices() {
        Map<String, Invoice> invoices = new LinkedHashMap<>();
        try (Stream<NamedCsvRecord> rows = RealData.rows(FILE)) {
            rows.forEach(row -> {
                Invoice invoice = invoices.computeIfAbsent(row.getField("InvoiceNo"), number -> new Invoice(number,
                    row.getField("CustomerID"), new LinkedHashMap<>()));
                invoice.lines().merge(new Sold(row.getField("StockCode").strip(), row.getField("UnitPrice").strip()),
                    Long.parseLong(row.getField("Quantity")), Long::sum);
            });
        }
        return invoices;
    }

    private static Map<String, String> variants(Shop shop) {
        Map<String, String> ids = new java.util.HashMap<>();
        shop.database().rows("select sku, id from catalog.variants where removed_at is null")
            .forEach(row -> ids.put(String.valueOf(row.get("sku")), String.valueOf(row.get("id"))));
        return ids;
    }

    private static String token(Client client) {
        return client.post("auth/login", Map.of("email", "admin@example.com", "password", "millrace-admin"))
            .expect(200).data().path("access_token").asString();
    }
}
