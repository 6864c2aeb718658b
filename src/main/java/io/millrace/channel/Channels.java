package io.millrace.channel;

import io.millrace.http.Hosts;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.money.Money;
import io.millrace.money.Percent;
import io.millrace.postgres.Piece;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Which channel a request speaks to, and every channel's terms: from memory, read again when they change.
///
/// The key that a request carries decides ([#BY_KEY]), else the header `X-Channel`, else the host, else the default. A
/// header naming no channel of ours, or another one than the key's, is a 422.
public final class Channels {
    /// The channel of requests that name none.
    public static final String DEFAULT = "pecos";
    /// The attribute of an exchange under which a room above leaves the code of the channel that a good key belongs to.
    public static final String BY_KEY = Channels.class.getName() + ".key";
    private static final String HEADER = "X-Channel";

    private volatile Known known = Known.of(List.of());

    private final Terms terms;
    private final Hosts hosts;

    Channels(Terms terms, Hosts hosts) {
        this.terms = terms;
        this.hosts = hosts;
    }

    public Channel of(ServerRequest request) {
        return of(request.exchange());
    }

    public Channel of(ServerWebExchange exchange) {
        ServerHttpRequest request = exchange.getRequest();
        Known now = known;
        String header = request.getHeaders().getFirst(HEADER);
        String named = exchange.getAttributes().get(BY_KEY) instanceof String key ? key : header;
        if (header != null && !header.equals(named))
            throw new ProblemException(Problem.invalid(HEADER, "is not the channel of your key"));
        if (named != null) {
            Channel channel = now.byCode.get(named);
            if (channel == null) throw new ProblemException(Problem.invalid(HEADER, "is not a channel of this shop"));
            return channel;
        }
        Channel byHost = now.byHost.isEmpty() ? null : now.byHost.get(host(request));
        Channel chosen = byHost != null ? byHost : now.byCode.get(DEFAULT);
        if (chosen == null) throw new ProblemException(Problem.unavailable("unavailable", "No channel is open yet", 2));
        return chosen;
    }

    public Optional<Channel> byCode(String code) {
        return Optional.ofNullable(known.byCode.get(code));
    }

    public List<Channel> all() {
        return List.copyOf(known.byCode.values());
    }

    /// Reads all channels' terms again, on this node.
    Mono<List<Channel>> reload() {
        return terms.all().doOnNext(channels -> {
            known = Known.of(channels);
            hosts.alsoFor("channel", known.byHost.keySet());
        });
    }

    Mono<Boolean> tax(Channel channel, String category, Percent rate, Piece entry) {
        return terms.tax(channel, category, rate, entry).flatMap(done -> reload().thenReturn(done));
    }

    Mono<Boolean> shipping(Channel channel, String method, Money price, @Nullable Money freeOver, Piece entry) {
        return terms.shipping(channel, method, price, freeOver, entry).flatMap(done -> reload().thenReturn(done));
    }

    private static String host(ServerHttpRequest request) {
        InetSocketAddress host = request.getHeaders().getHost();
        return host == null ? "" : host.getHostString().toLowerCase(Locale.ROOT);
    }

    private record Known(Map<String, Channel> byCode, Map<String, @Nullable Channel> byHost) {
        static Known of(List<Channel> channels) {
            Map<String, Channel> byCode = new LinkedHashMap<>();
            Map<String, @Nullable Channel> byHost = new TreeMap<>();
            for (Channel channel : channels) {
                byCode.put(channel.code(), channel);
                channel.hosts().forEach(host -> byHost.put(host, channel));
            }
            return new Known(byCode, byHost);
        }
    }
}
