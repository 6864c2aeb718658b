package io.millrace.http;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.server.ServerWebExchange;

/// Where a request comes from: the peer of its connection, or what a trusted proxy says. The one place to ask.
///
/// `shown` is for logs and people; `network` is what to count by: an IPv4 address, or the /64 of an IPv6 one, within
/// which anybody may have as many addresses as he likes.
public record ClientAddress(String shown, String network) {
    static final ClientAddress UNKNOWN = new ClientAddress("unknown", "unknown");
    private static final String ATTRIBUTE = ClientAddress.class.getName();
    private static final int IPV4_BYTES = 4;
    private static final int NETWORK_BYTES = 8;
    private static final int MAPPED_FROM = 12;

    public static ClientAddress of(ServerRequest request) {
        return of(request.exchange());
    }

    public static ClientAddress of(ServerWebExchange exchange) {
        return exchange.getAttributes().get(ATTRIBUTE) instanceof ClientAddress known ? known
            : of(exchange.getRequest().getRemoteAddress());
    }

    void remember(ServerWebExchange exchange) {
        exchange.getAttributes().put(ATTRIBUTE, this);
    }

    static ClientAddress of(@Nullable InetSocketAddress peer) {
        InetAddress address = peer == null ? null : peer.getAddress();
        return address == null ? UNKNOWN : of(address.getAddress());
    }

    static ClientAddress of(byte[] bytes) {
        byte[] plain = plain(bytes);
        String shown = NetUtil.bytesToIpAddress(plain);
        return new ClientAddress(shown, plain.length == IPV4_BYTES ? shown
            : HexFormat.of().formatHex(plain, 0, NETWORK_BYTES));
    }

    /// An IPv4 address is itself, also when it came wrapped in an IPv6 one.
    static byte[] plain(byte[] bytes) {
        if (bytes.length == IPV4_BYTES) return bytes;
        for (int i = 0; i < MAPPED_FROM - 2; i++) if (bytes[i] != 0) return bytes;
        boolean mapped = bytes[MAPPED_FROM - 2] == -1 && bytes[MAPPED_FROM - 1] == -1;
        return mapped ? Arrays.copyOfRange(bytes, MAPPED_FROM, bytes.length) : bytes;
    }
}
