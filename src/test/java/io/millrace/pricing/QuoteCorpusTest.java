package io.millrace.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.money.Money;
import io.millrace.money.Percent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Currency;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Ten thousand random carts in five currencies: the sums hold, the order of lines does not matter, and the bytes are
/// those of the approved corpus on every JVM. `-Dapprove=true` writes the corpus anew.
class QuoteCorpusTest {
    private static final Path CORPUS = Path.of("src/test/resources/pricing/quotes.corpus.txt");
    private static final int CARTS = 10_000;
    /// Every hundredth cart is written out, the others go into the digest on the last line.
    private static final int WRITTEN_EACH = 100;
    private static final List<String> CURRENCIES = List.of("USD", "GHS", "INR", "JPY", "KWD");
    private static final Instant LATER = Instant.parse("2026-11-20T12:15:00Z");

    private record Case(Rules rules, List<Want> wants, Map<UUID, PriceTag> tags, Calculation.Way way) {
        Quote quote(List<Want> inOrder) {
            return QuoteTest.quoted(Calculation.price(rules, inOrder, tags, way, LATER));
        }
    }

    @Test void the_parts_of_every_cart_sum_to_its_total_in_any_order_of_lines() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("random carts of seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < CARTS; i++) {
            Case cart = random(random);
            Quote quote = cart.quote(cart.wants());
            long lines = quote.lines().stream().mapToLong(line -> line.total().minor()).sum();
            long listed = quote.lines().stream().mapToLong(line -> line.unitPrice().minor() * line.quantity()).sum();
            long tax = quote.lines().stream().mapToLong(line -> line.tax().minor()).sum();
            var shipping = quote.shipping();
            long way = shipping == null ? 0 : shipping.total().minor();
            assertThat(quote.total().minor()).as("seed %d cart %d", seed, i).isEqualTo(lines + way);
            assertThat(quote.subtotal().minor()).isEqualTo(listed);
            assertThat(quote.taxTotal().minor()).isEqualTo(tax + (shipping == null ? 0 : shipping.tax().minor()));
            assertThat(quote.total().minor()).isEqualTo(quote.subtotal().minor() - quote.discountTotal().minor()
                + quote.shippingTotal().minor() + (quote.taxIncluded() ? 0 : quote.taxTotal().minor()));
            for (Quote.Line line : quote.lines())
                assertThat(quote.explain(line).stream().filter(Quote.Step::counts)
                    .mapToLong(step -> step.amount().minor()).sum()).isEqualTo(line.total().minor());
            List<Want> shuffled = new ArrayList<>(cart.wants());
            Collections.shuffle(shuffled, random);
            Quote other = cart.quote(shuffled);
            assertThat(other.hash()).as("seed %d cart %d", seed, i).isEqualTo(quote.hash());
            assertThat(other.total()).isEqualTo(quote.total());
        }
    }

    @Test void any_difference_in_what_is_paid_for_gives_another_hash() {
        Random random = new Random(7);
        Case cart = random(random);
        String hash = cart.quote(cart.wants()).hash();
        Want first = cart.wants().getFirst();
        List<Want> more = new ArrayList<>(cart.wants());
        more.set(0, new Want(first.variantId(), first.quantity() % 1_000_000 + 1, first.taxCategory(), true));
        assertThat(cart.quote(more).hash()).isNotEqualTo(hash);
        Map<UUID, PriceTag> dearer = new HashMap<>(cart.tags());
        dearer.put(first.variantId(), PriceTag.of(123_456));
        assertThat(new Case(cart.rules(), cart.wants(), dearer, cart.way()).quote(cart.wants()).hash())
            .isNotEqualTo(hash);
    }

    @Test void the_bytes_are_those_of_the_approved_corpus() throws Exception {
        String corpus = corpus();
        if (Boolean.getBoolean("approve")) approve(corpus);
        assertThat(corpus).isEqualTo(Files.readString(CORPUS));
    }

    private static String corpus() throws Exception {
        Random random = new Random(20_261_120);
        MessageDigest all = MessageDigest.getInstance("SHA-256");
        StringBuilder text = new StringBuilder("cart lines subtotal discount shipping tax total currency hash\n");
        for (int i = 0; i < CARTS; i++) {
            Case cart = random(random);
            Quote quote = cart.quote(cart.wants());
            all.update(quote.hash().getBytes(StandardCharsets.UTF_8));
            if (i % WRITTEN_EACH == 0)
                text.append("%d %d %s %s %s %s%s %s %s %s%n".formatted(i, quote.lines().size(),
                    quote.subtotal().decimal(), quote.discountTotal().decimal(), quote.shippingTotal().decimal(),
                    quote.taxTotal().decimal(), quote.taxIncluded() ? "(in)" : "", quote.total().decimal(),
                    quote.currency(), quote.hash()));
        }
        return text.append("all ").append(HexFormat.of().formatHex(all.digest())).append('\n').toString();
    }

    private static void approve(String corpus) throws IOException {
        Files.createDirectories(CORPUS.getParent());
        Files.writeString(CORPUS, corpus);
    }

    private static Case random(Random random) {
        Currency currency = Currency.getInstance(CURRENCIES.get(random.nextInt(CURRENCIES.size())));
        Rules rules = new Rules("c", currency, random.nextBoolean(), Map.of("standard",
            new Percent(random.nextInt(3_000)), "food", new Percent(random.nextInt(1_000)), "none", Percent.ZERO));
        Map<UUID, PriceTag> tags = new HashMap<>();
        List<UUID> variants = new ArrayList<>();
        int kinds = 1 + random.nextInt(8);
        for (int i = 0; i < kinds; i++) {
            UUID variant = new UUID(random.nextLong(), random.nextLong());
            variants.add(variant);
            tags.put(variant, tag(random));
        }
        List<Want> wants = new ArrayList<>();
        int lines = 1 + random.nextInt(12);
        for (int i = 0; i < lines; i++)
            wants.add(new Want(variants.get(random.nextInt(kinds)), 1 + random.nextInt(random.nextBoolean() ? 5 : 700),
                List.of("standard", "food", "none", "other").get(random.nextInt(4)), random.nextInt(4) > 0));
        long fee = random.nextInt(5_000);
        long freeFrom = random.nextInt(10_000_000);
        return new Case(rules, wants, tags, new Calculation.Way("van", "Van", "standard",
            goods -> new Money(goods.minor() >= freeFrom ? 0 : fee, currency)));
    }

    private static PriceTag tag(Random random) {
        List<PriceTag.Step> steps = new ArrayList<>();
        int from = 1;
        long minor = random.nextInt(random.nextBoolean() ? 100 : 1_000_000);
        for (int i = random.nextInt(4); i >= 0; i--) {
            steps.add(new PriceTag.Step(from, minor));
            from += 1 + random.nextInt(200);
            minor -= minor * random.nextInt(30) / 100;
        }
        return new PriceTag(steps);
    }
}
