package io.millrace.http;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/// The proxies before us whose word counts (`millrace.http.trusted-proxies`, networks as CIDR). What anybody else says
/// in `Forwarded`, `X-Forwarded-For` or `X-Real-IP` is not even read.
///
/// A list is read from its end: each proxy adds whom it spoke to, so the first address from there that is no trusted
/// proxy is the client, and what stands before it is his own invention. Where several headers tell different clients,
/// one of them was passed through unread by the proxy: none counts then, and the proxy itself is the client.
final class Proxies {
    private static final String FOR = "X-Forwarded-For";
    private static final String REAL = "X-Real-IP";
    private static final int HOPS_MAX = 16;

    private final List<Network> trusted;

    Proxies(List<String> networks) {
        this.trusted = networks.stream().map(String::strip).filter(text -> !text.isEmpty()).map(Network::of).toList();
    }

    private record Network(byte[] address, int bits) {
        static Network of(String text) {
            int slash = text.indexOf('/');
            byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
            if (address == null) throw new IllegalArgumentException("'" + text + "' is no network like 10.0.0.0/8");
            int bits = slash < 0 ? address.length * 8 : Integer.parseInt(text.substring(slash + 1));
            if (bits < 0 || bits > address.length * 8)
                throw new IllegalArgumentException("'" + text + "' is no network like 10.0.0.0/8");
            return new Network(address, bits);
        }

        boolean contains(byte[] other) {
            if (other.length != address.length) return false;
            int whole = bits / 8;
            for (int i = 0; i < whole; i++) if (other[i] != address[i]) return false;
            int rest = bits % 8;
            return rest == 0 || (other[whole] ^ address[whole]) >> (8 - rest) == 0;
        }
    }

    /// Whether the peer of the connection is one of ours, so that its headers may be read.
    boolean trusts(@Nullable InetSocketAddress peer) {
        return !trusted.isEmpty() && peer != null && peer.getAddress() != null
            && isTrusted(ClientAddress.plain(peer.getAddress().getAddress()));
    }

    ClientAddress client(@Nullable InetSocketAddress peer, HttpHeaders headers) {
        if (!trusts(peer)) return ClientAddress.of(peer);
        byte[] told = null;
        for (List<String> way : List.of(forwarded(headers), split(headers.getOrEmpty(FOR)),
            split(headers.getOrEmpty(REAL)))) {
            if (way.isEmpty()) continue;
            byte[] client = client(way);
            if (client == null || told != null && !java.util.Arrays.equals(told, client))
                return ClientAddress.of(peer);
            told = client;
        }
        return told == null ? ClientAddress.of(peer) : ClientAddress.of(told);
    }

    /// The first from the end that is not one of us; null when the list cannot be believed.
    private byte @Nullable [] client(List<String> way) {
        byte[] hop = null;
        for (int i = way.size() - 1; i >= 0 && i >= way.size() - HOPS_MAX; i--) {
            hop = bytes(way.get(i));
            if (hop == null || !isTrusted(hop)) return hop;
        }
        return hop;
    }

    private boolean isTrusted(byte[] address) {
        for (Network network : trusted) if (network.contains(address)) return true;
        return false;
    }

    private static List<String> split(List<String> lines) {
        List<String> all = new ArrayList<>();
        for (String line : lines) for (String one : line.split(",", -1)) all.add(one.strip());
        return all;
    }

    /// The `for` of every element of `Forwarded` (RFC 7239); one without is a hop that cannot be believed.
    private static List<String> forwarded(HttpHeaders headers) {
        List<String> all = new ArrayList<>();
        for (String element : split(headers.getOrEmpty("Forwarded"))) {
            String node = "";
            for (String pair : element.split(";"))
                if (pair.strip().toLowerCase(Locale.ROOT).startsWith("for="))
                    node = pair.strip().substring("for=".length());
            all.add(node.length() > 1 && node.startsWith("\"") && node.endsWith("\"")
                ? node.substring(1, node.length() - 1) : node);
        }
        return all;
    }

    /// An address as proxies write it, with or without a port; null for names and nonsense, which nobody looks up.
    private static byte @Nullable [] bytes(String text) {
        String host = text;
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            host = end < 0 ? "" : host.substring(1, end);
        } else
            if (host.indexOf(':') >= 0 && host.indexOf(':') == host.lastIndexOf(':'))
                host = host.substring(0, host.indexOf(':'));
        if (host.indexOf('%') >= 0) return null;
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
        return bytes == null ? null : ClientAddress.plain(bytes);
    }
}
