package io.millrace.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChainTest {
    private static final UnaryOperator<byte[]> MAC = message -> {
        byte[] mac = message.clone();
        for (int i = 0; i < mac.length; i++) mac[i] ^= 0x5a;
        return mac;
    };

    private static List<Chain.Link> chain(String... words) {
        List<Chain.Link> links = new ArrayList<>();
        Chain.Head head = Chain.Head.NONE;
        for (String word : words) {
            Chain.Link link = Chain.next(head, 100 + links.size(), word, MAC);
            links.add(link);
            head = new Chain.Head(link.sequence(), link.hash());
        }
        return links;
    }

    private static Chain.@Nullable Broken broken(List<Chain.Link> links) {
        return Chain.look(Chain.Looked.NOTHING, links, MAC).broken();
    }

    @Test void an_untouched_chain_is_intact_also_when_it_is_looked_at_in_portions() {
        List<Chain.Link> links = chain("a", "b", "c", "d");
        Chain.Looked half = Chain.look(Chain.Looked.NOTHING, links.subList(0, 2), MAC);
        assertThat(Chain.look(half, links.subList(2, 4), MAC).broken()).isNull();
        assertThat(broken(links)).isNull();
    }

    @Test void another_text_is_named() {
        List<Chain.Link> links = chain("a", "b", "c");
        Chain.Link was = links.get(1);
        links.set(1, new Chain.Link(2, was.entry(), was.hash(), was.mac(), "B"));
        assertThat(broken(links)).isEqualTo(new Chain.Broken(2L, 101L, "the entry is not what was sealed"));
    }

    @Test void whoever_counts_the_hashes_anew_is_betrayed_by_the_mac() {
        List<Chain.Link> links = chain("a", "b", "c");
        Chain.Link forged = Chain.next(new Chain.Head(1, links.get(0).hash()), 101, "B", message -> new byte[40]);
        assertThat(broken(List.of(links.get(0), forged)))
            .isEqualTo(new Chain.Broken(2L, 101L, "the seal is not ours"));
    }

    @Test void a_missing_entry_a_missing_link_and_another_order_are_named() {
        List<Chain.Link> links = chain("a", "b", "c");
        Chain.Link was = links.get(1);
        assertThat(broken(List.of(links.get(0), new Chain.Link(2, 101, was.hash(), was.mac(), null))))
            .isEqualTo(new Chain.Broken(2L, 101L, "its entry is gone"));
        assertThat(broken(List.of(links.get(0), links.get(2))))
            .isEqualTo(new Chain.Broken(2L, null, "this link is gone"));
        Chain.Link second = new Chain.Link(2, 102, links.get(1).hash(), links.get(1).mac(), "c");
        assertThat(broken(List.of(links.get(0), second))).extracting(Chain.Broken::sequence).isEqualTo(2L);
    }

    @Test void addresses_are_masked_to_a_network() {
        assertThat(Entry.masked("203.0.113.77")).isEqualTo("203.0.113.0/24");
        assertThat(Entry.masked("2001:db8:aa:bb::1")).isEqualTo("2001:db8:aa::/48");
        assertThat(Entry.masked("::1")).isEqualTo("::/48");
        assertThat(Entry.masked("unknown")).isEmpty();
    }
}
