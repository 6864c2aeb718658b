package io.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.http.Hosts.Judgement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;

class HostsTest {
    @Test void in_production_only_the_names_that_were_given_are_ours() {
        Hosts hosts = new Hosts(List.of("Shop.example", "*.shop.example", " "));
        for (String ours : List.of("shop.example", "SHOP.example:443", "pecos.shop.example", "a.b.shop.example",
            "localhost", "10.1.2.3:8080", "[2001:db8::1]"))
            assertThat(hosts.of(ours)).as(ours).isEqualTo(Judgement.OURS);
        for (String not : List.of("evil.example", "shop.example.evil.example", "evilshop.example", ".shop.example",
            "shop", "printer.local", "shop.example."))
            assertThat(hosts.of(not)).as(not).isEqualTo(Judgement.ANOTHERS);
        for (String wrong : List.of("", ":80", "a b", "a,b", "a\u0000", "[::1", "[zz]", "a:", "ä.example",
            "x".repeat(300)))
            assertThat(hosts.of(wrong)).as(wrong).isEqualTo(wrong.equals("a:") ? Judgement.ANOTHERS
                : Judgement.MALFORMED);
        assertThat(hosts.of(null)).isEqualTo(Judgement.MALFORMED);
    }

    @Test void a_channels_own_names_are_ours_as_long_as_it_has_them() {
        Hosts hosts = new Hosts(List.of("shop.example"));
        hosts.alsoFor("channel", List.of("boots.example"));
        assertThat(hosts.of("Boots.example")).isEqualTo(Judgement.OURS);
        hosts.alsoFor("channel", List.of());
        assertThat(hosts.of("boots.example")).isEqualTo(Judgement.ANOTHERS);
    }

    @Test void a_header_of_a_proxy_is_believed_only_as_far_as_it_makes_sense() throws Exception {
        Proxies proxies = new Proxies(List.of("10.0.0.0/8", "2001:db8:ffff::/48"));
        var proxy = new java.net.InetSocketAddress(java.net.InetAddress.getByAddress(new byte[]{10, 0, 0, 1}), 9);
        assertThat(client(proxies, proxy, "X-Forwarded-For", "203.0.113.7, 10.0.0.2")).isEqualTo("203.0.113.7");
        assertThat(client(proxies, proxy, "X-Forwarded-For", "203.0.113.7:1234")).isEqualTo("203.0.113.7");
        assertThat(client(proxies, proxy, "X-Forwarded-For", "2001:db8:ffff::1")).isEqualTo("2001:db8:ffff::1");
        assertThat(client(proxies, proxy, "X-Forwarded-For", "2001:db8:1::1, 2001:db8:ffff::1"))
            .isEqualTo("2001:db8:1::1");
        assertThat(client(proxies, proxy, "Forwarded", "for=\"[2001:db8:1::1]:80\";by=_x, for=10.0.0.9"))
            .isEqualTo("2001:db8:1::1");
        for (String nonsense : List.of("unknown", "_hidden", "example.com", "1.2.3", "", "203.0.113.7,",
            "fe80::1%eth0", "203.0.113.7, unknown"))
            assertThat(client(proxies, proxy, "X-Forwarded-For", nonsense)).as(nonsense).isEqualTo("10.0.0.1");
        assertThat(client(proxies, proxy, "Forwarded", "by=10.0.0.1;proto=https")).isEqualTo("10.0.0.1");
        var client = new java.net.InetSocketAddress(
            java.net.InetAddress.getByAddress(new byte[]{11, 0, 0, 1}), 9);
        assertThat(client(proxies, client, "X-Forwarded-For", "203.0.113.7")).isEqualTo("11.0.0.1");
    }

    private static String client(Proxies proxies, java.net.InetSocketAddress peer, String header, String value) {
        HttpHeaders headers = new HttpHeaders();
        headers.add(header, value);
        return proxies.client(peer, headers).shown();
    }
}
