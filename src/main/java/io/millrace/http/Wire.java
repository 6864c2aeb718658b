package io.millrace.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.time.Duration;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import reactor.netty.NettyPipeline;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpRequestDecoderSpec;
import reactor.netty.http.server.HttpServer;

/// The limits of a connection, before anything of ours has read a byte: lengths, waits, and what is no HTTP at all.
///
/// HTTP/1.1 only, whatever is configured: HTTP/2 belongs to the proxy that ends TLS, which browsers need for it anyway,
/// and what it can be abused for (rapid reset, CONTINUATION floods) stays outside with it.
final class Wire implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory> {
    /// A longer request line is 414.
    static final int LINE_BYTES_MAX = 8 * 1024;
    /// More headers than this together are 431.
    static final int HEADERS_BYTES_MAX = 16 * 1024;
    private static final int CHUNK_BYTES_MAX = 8 * 1024;
    /// A kept connection without a request is closed; longer than a proxy's 60 s, so that the proxy closes first.
    static final Duration IDLE_MAX = Duration.ofSeconds(75);
    /// A connection is renewed after so many requests, so that load spreads over nodes again.
    private static final int REQUESTS_PER_CONNECTION_MAX = 100_000;

    @Override public void customize(NettyReactiveWebServerFactory factory) {
        factory.addServerCustomizers(Wire::limited);
    }

    private static HttpServer limited(HttpServer server) {
        return server.protocol(HttpProtocol.HTTP11).httpRequestDecoder(Wire::decoder).idleTimeout(IDLE_MAX)
            .maxKeepAliveRequests(REQUESTS_PER_CONNECTION_MAX)
            .doOnChannelInit((observer, channel, address) -> guard(channel));
    }

    private static HttpRequestDecoderSpec decoder(HttpRequestDecoderSpec spec) {
        return spec.maxInitialLineLength(LINE_BYTES_MAX).maxHeaderSize(HEADERS_BYTES_MAX).maxChunkSize(CHUNK_BYTES_MAX)
            .validateHeaders(true).allowDuplicateContentLengths(false);
    }

    private static void guard(Channel channel) {
        ChannelPipeline pipeline = channel.pipeline();
        if (pipeline.get(NettyPipeline.HttpCodec) == null) return;
        Doorman doorman = new Doorman();
        pipeline.addBefore(NettyPipeline.HttpCodec, "millrace.parting", new Parting(doorman::isInterrupting));
        pipeline.addBefore(NettyPipeline.HttpCodec, "millrace.bytes", doorman.bytes());
        pipeline.addAfter(NettyPipeline.HttpCodec, "millrace.requests", doorman);
    }
}
