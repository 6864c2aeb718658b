package io.millrace.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ProductStatus;
import io.millrace.catalog.ProductType;
import io.millrace.catalog.VariantDraft;
import io.millrace.channel.Channel;
import io.millrace.money.Money;
import io.millrace.money.Percent;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class FeedsTest {
    private static final Channel PECOS = new Channel("pecos", "Pecos", Currency.getInstance("USD"), Locale.US,
        ZoneOffset.UTC, false, Map.of("standard", Percent.ZERO), List.of(), List.of(), List.of(), List.of(),
        Channel.Policies.NONE,
        1);
    private static final String SHOPIFY_HEADER = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,"
        + "Option1 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Image Src,Image Alt Text,"
        + "Status\n";

    @Test void shopify_rows_of_one_handle_are_one_product_with_variants_and_images() {
        List<Entry> entries = all(new ShopifyFeed(sheet(SHOPIFY_HEADER
            + "boot,Trail Boot,<p>Dry feet</p>,Acme,Boots,\"wet, trail\",true,Size,9,B-9,900,5,129.00,"
            + "http://x/1.png,Front,active\n"
            + "boot,,,,,,,,10,,950,-2,129.00,,,\n"
            + "boot,,,,,,,,,,,,,http://x/2.png,Side,\n"
            + "hat,Hat,,Acme,Hats,,true,Title,Default Title,H-1,100,7,19.5,,,active\n"), PECOS));

        assertThat(entries).hasSize(2);
        var boot = wanted(entries.getFirst());
        assertThat(entries.getFirst().lines()).containsExactly(2L, 3L, 4L);
        assertThat(boot.draft().images()).hasSize(2);
        assertThat(variants(boot)).extracting(VariantDraft::name).containsExactly("9", "10");
        assertThat(variants(boot).get(1).sku()).as("an empty SKU is allowed").isNull();
        assertThat(variants(boot).get(1).onHand()).isZero();
        assertThat(boot.notes()).containsExactly("stock was -2, put at 0");
        var hat = wanted(entries.get(1));
        assertThat(variants(hat).getFirst().options()).isEmpty();
        assertThat(variants(hat).getFirst().price()).isEqualTo(Money.parse("19.50 USD"));
    }

    @Test void a_price_that_is_no_amount_refuses_the_product_with_its_lines_and_column() {
        Entry entry = all(new ShopifyFeed(sheet(SHOPIFY_HEADER
            + "boot,Boot,,,,,true,Size,9,B-9,,5,12.345,,,active\n"), PECOS)).getFirst();

        assertThat(entry.lines()).containsExactly(2L);
        assertThat(((Entry.Content.Refused) entry.content()).errors()).containsOnlyKeys("Variant Price");
    }

    @Test void woocommerce_variations_name_their_parent_by_sku_or_by_id() {
        List<Entry> entries = all(new WooFeed(sheet("""
            ID,Type,SKU,Name,Published,Regular price,Sale price,Date sale price ends,In stock?,Stock,Parent,\
            Attribute 1 name,Attribute 1 value(s)
            7,variable,tee,T-Shirt,1,,,,1,,,Color,"Blue, Red"
            8,variation,tee-b,T-Shirt - Blue,1,25,20,2020-01-01,1,3,tee,Color,Blue
            9,variation,tee-r,T-Shirt - Red,1,25,20,,1,,id:7,Color,Red
            10,external,x,Elsewhere,1,5,,,1,,,,
            """), PECOS, LocalDate.of(2026, 11, 20)));

        assertThat(entries).extracting(Entry::key).startsWith("woo:tee", "woo:tee", "woo:tee");
        assertThat(variants(wanted(entries.get(1))).getFirst().price())
            .as("the sale is over").isEqualTo(Money.parse("25.00 USD"));
        assertThat(variants(wanted(entries.get(2))).getFirst().price()).isEqualTo(Money.parse("20.00 USD"));
        assertThat(wanted(entries.get(2)).notes()).singleElement().asString().contains("not counted");
        assertThat(entries.get(3).content()).isInstanceOf(Entry.Content.Refused.class);
    }

    @Test void woocommerce_says_tax_weight_and_dates_in_its_own_words() {
        List<Entry> entries = all(new WooFeed(sheet("""
            ID,Type,SKU,Name,Published,Regular price,Sale price,Date sale price starts,Weight (kg),Tax status,Tax class
            1,simple,a,Book,1,10,8,2026-01-01 00:00:00,0.35,taxable,reduced-rate
            2,"simple, virtual",b,Song,0,10,8,2027-01-01,,none,
            3,simple,,Unnumbered,1,5,,,.5,taxable,zero-rate
            4,simple,d,Heavy,1,5,,,1e999999999,,
            5,simple,e,Undated,1,5,4,soon,1,,
            6,simple,f,,1,5,,,1,,
            7,magic,g,Wand,1,5,,,1,,
            8,variation,h,Orphan,1,5,,,1,,
            ,simple,,Nameless of number,1,,,,0,,
            """), PECOS, LocalDate.of(2026, 11, 20)));

        assertThat(wanted(entries.get(0)).draft().taxCategory()).isEqualTo("reduced");
        assertThat(variants(wanted(entries.get(0))).getFirst().price()).isEqualTo(Money.parse("8.00 USD"));
        assertThat(variants(wanted(entries.get(0))).getFirst().weightGrams()).isEqualTo(350);
        assertThat(wanted(entries.get(1)).draft().taxCategory()).isEqualTo("zero");
        assertThat(wanted(entries.get(1)).draft().type()).isEqualTo(ProductType.DIGITAL);
        assertThat(wanted(entries.get(1)).draft().status()).isEqualTo(ProductStatus.DRAFT);
        assertThat(variants(wanted(entries.get(1))).getFirst().price()).as("not on sale yet")
            .isEqualTo(Money.parse("10.00 USD"));
        assertThat(entries.get(2).key()).isEqualTo("woo:id:3");
        assertThat(wanted(entries.get(2)).draft().taxCategory()).isEqualTo("zero");
        assertThat(errors(entries.get(3))).as("a number of a thousand million digits").containsOnlyKeys("Weight (kg)");
        assertThat(errors(entries.get(4))).containsOnlyKeys("Date sale price starts");
        assertThat(errors(entries.get(5))).containsOnlyKeys("Name");
        assertThat(errors(entries.get(6))).containsOnlyKeys("Type");
        assertThat(errors(entries.get(7))).containsOnlyKeys("Parent");
        assertThat(entries.get(8).key()).isEqualTo("woo:name:Nameless of number");
        assertThat(wanted(entries.get(8)).notes()).singleElement().asString().contains("no price");
    }

    @Test void shopify_says_status_tax_and_gift_cards_in_its_own_words() {
        List<Entry> entries = all(new ShopifyFeed(sheet("""
            Handle,Title,Product Category,Published,Gift Card,Variant SKU,Variant Grams,Variant Taxable,Status
            a,Draft,Hats || Caps,true,false,'0012,,true,draft
            b,Old,,true,true,B,120,false,archived
            c,Hidden,,false,,C,0,,
            ,No handle,,true,,D,1,,active
            e,,,true,,E,1,,active
            f,Heavy,,true,,F,4294967396,,active
            """), PECOS));

        assertThat(wanted(entries.get(0)).draft().status()).isEqualTo(ProductStatus.DRAFT);
        assertThat(wanted(entries.get(0)).categories()).containsExactly("Hats", "Caps");
        assertThat(variants(wanted(entries.get(0))).getFirst().sku()).as("Excel's apostrophe").isEqualTo("0012");
        assertThat(wanted(entries.get(1)).draft().status()).isEqualTo(ProductStatus.ARCHIVED);
        assertThat(wanted(entries.get(1)).draft().type()).isEqualTo(ProductType.DIGITAL);
        assertThat(wanted(entries.get(1)).draft().taxCategory()).isEqualTo("zero");
        assertThat(wanted(entries.get(2)).draft().status()).isEqualTo(ProductStatus.DRAFT);
        assertThat(errors(entries.get(3))).containsOnlyKeys("Handle");
        assertThat(errors(entries.get(4))).containsOnlyKeys("Title");
        assertThat(errors(entries.get(5))).as("never wrapped around to 100").containsOnlyKeys("Variant Grams");
    }

    @Test void a_line_of_json_says_all_that_is_wrong_with_it_and_the_next_line_goes_on() {
        List<Entry> entries = all(new NdjsonFeed(stream("""
            {"name":"Scale","sku":"S-1","price":"1.234","stock":-1}
            {"name":"Good","sku":"G-1","price":"1.23","breaks":[{"from_quantity":10,"price":"1.00"}],"stock":4}

            {"name":"Typo","colour":"red"}
            not json
            """), PECOS));

        assertThat(entries).extracting(Entry::lastLine).containsExactly(1L, 2L, 4L, 5L);
        assertThat(((Entry.Content.Refused) entries.getFirst().content()).errors()).containsOnlyKeys("price", "stock");
        assertThat(variants(wanted(entries.get(1))).getFirst().breaks()).hasSize(1);
        assertThat(((Entry.Content.Refused) entries.get(2).content()).errors()).containsOnlyKeys("colour");
        assertThat(((Entry.Content.Refused) entries.get(3).content()).errors()).containsOnlyKeys("line");
    }

    @Test void a_sheet_without_an_end_of_quotation_is_a_broken_file_not_an_endless_one() {
        String endless = SHOPIFY_HEADER + "boot,\"" + "a".repeat(3 * 1024 * 1024);
        assertThatThrownBy(() -> all(new ShopifyFeed(sheet(endless), PECOS)))
            .isInstanceOf(Feed.UnreadableFile.class);
    }

    private static Map<String, List<String>> errors(Entry entry) {
        return ((Entry.Content.Refused) entry.content()).errors();
    }

    private static Entry.Content.Wanted wanted(Entry entry) {
        return (Entry.Content.Wanted) entry.content();
    }

    private static List<VariantDraft> variants(Entry.Content.Wanted wanted) {
        return Objects.requireNonNull(wanted.draft().variants());
    }

    private static List<Entry> all(Feed feed) {
        List<Entry> entries = new ArrayList<>();
        feed.forEachRemaining(entries::add);
        return entries;
    }

    private static Sheet sheet(String text) {
        return new Sheet(stream(text));
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
