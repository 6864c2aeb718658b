package io.millrace.bench;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;

/// The floor under every ready answer: a bare Reactor Netty server that writes the same bytes and tags and does nothing
/// else. In a JVM of its own: `Floor <shop> <file of paths> <port file>`.
final class Floor {
    private Floor() {}

    private record Page(byte[] bytes, String etag) {}

    public static void main(String[] arguments) throws Exception {
        Map<String, Page> pages = new HashMap<>();
        try (Caller shop = new Caller(URI.create(arguments[0]))) {
            for (String path : Files.readAllLines(Path.of(arguments[1]))) {
                Caller.Told told = shop.get(path, "X-Channel: pecos\r\n");
                pages.put(path, new Page(told.body(), told.header("ETag")));
            }
        }
        var server = HttpServer.create().host("127.0.0.1").port(0).handle((request, response) -> {
            Page page = pages.getOrDefault(request.uri(), pages.values().iterator().next());
            response.header(HttpHeaderNames.ETAG, page.etag());
            if (page.etag().equals(request.requestHeaders().get(HttpHeaderNames.IF_NONE_MATCH)))
                return response.status(304).send();
            response.header(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(page.bytes().length));
            return response.sendByteArray(Mono.just(page.bytes()));
        }).bindNow();
        Files.writeString(Path.of(arguments[2]), Integer.toString(server.port()));
        server.onDispose().block();
    }
}
