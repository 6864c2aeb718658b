package io.millrace.sandbox;

import static io.millrace.http.Access.anyone;

import io.millrace.http.Api;
import io.millrace.http.Json;
import io.millrace.http.Reply;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Stripe's paths: form-encoded in, Stripe's JSON out. The secret key may do everything; the publishable key may see
/// and confirm the one intent whose client secret it shows, as Stripe.js does.
final class StripeSandboxRoutes {
    private static final int BODY_BYTES_MAX = 64 * 1024;

    private final StripeSandbox stripe;
    private final StripeStore store;
    private final InstantSource clock;
    private final String secretKey;
    private final String publishableKey;
    private final Supplier<String> ownUrl;

    StripeSandboxRoutes(StripeSandbox stripe, StripeStore store, InstantSource clock, String secretKey,
        String publishableKey, Supplier<String> ownUrl) {
        this.stripe = stripe;
        this.store = store;
        this.clock = clock;
        this.secretKey = secretKey;
        this.publishableKey = publishableKey;
        this.ownUrl = ownUrl;
    }

    RouterFunction<ServerResponse> table(Api api) {
        return api.absolute("/sandbox/stripe", rows -> {
            rows.POST("/v1/payment_intents", anyone(), request -> secret(request, stripe::create)).readsStream();
            rows.GET("/v1/payment_intents/{id}", anyone(), this::show);
            rows.POST("/v1/payment_intents/{id}/confirm", anyone(), this::confirm).readsStream();
            rows.POST("/v1/payment_intents/{id}/capture", anyone(), change(stripe::capture)::apply).readsStream();
            rows.POST("/v1/payment_intents/{id}/cancel", anyone(), change(stripe::cancel)::apply).readsStream();
            rows.POST("/v1/refunds", anyone(), this::refund).readsStream();
            rows.GET("/v1/refunds", anyone(), this::refunds);
            rows.GET("/v1/refunds/{id}", anyone(), this::showRefund);
            rows.GET("/v1/payment_methods/{id}", anyone(), this::showMethod);
            rows.GET("/authenticate/{id}", anyone(), this::authenticate);
        });
    }

    private Function<ServerRequest, Mono<Reply>> change(
        BiFunction<StripeSandbox.Call, StripeStore.Intent, StripeSandbox.Effect> transition) {
        return request -> secret(request, call -> stripe.change(call, request.pathVariable("id"),
            before -> transition.apply(call, before)));
    }

    private Mono<Reply> confirm(ServerRequest request) {
        String id = request.pathVariable("id");
        return call(request).flatMap(call -> {
            String key = key(request, call.form());
            if (key.equals(secretKey))
                return stripe.change(call, id, before -> confirmed(call, before)).map(this::reply);
            if (!key.equals(publishableKey)) return Mono.just(unauthorized());
            return stripe.change(call, id, before -> holds(before, call.form().get("client_secret"))
                ? confirmed(call, before) : missing(id)).map(this::reply);
        });
    }

    private StripeSandbox.Effect confirmed(StripeSandbox.Call call, StripeStore.Intent before) {
        String url = ownUrl.get() + "/sandbox/stripe/authenticate/" + before.doc().path("id").asString()
            + "?client_secret=" + before.doc().path("client_secret").asString();
        return stripe.confirm(call, before, url);
    }

    /// The bank's page, which a person would see: `result=fail` refuses.
    private Mono<Reply> authenticate(ServerRequest request) {
        String id = request.pathVariable("id");
        StripeSandbox.Call call = new StripeSandbox.Call(request.path(), Map.of(), null);
        boolean success = !request.queryParam("result").orElse("success").equals("fail");
        return stripe.change(call, id, before -> holds(before, request.queryParam("client_secret").orElse(null))
            ? stripe.authenticated(call, before, success) : missing(id)).map(this::reply);
    }

    private Mono<Reply> refund(ServerRequest request) {
        return secret(request, call -> {
            String intent = call.form().get("payment_intent");
            if (intent == null)
                return Mono.just(new StripeSandbox.Answer(400, StripeDocs.error(
                    "invalid_request_error", "parameter_missing", "Missing required param: payment_intent.",
                    "payment_intent"), false));
            return stripe.change(call, intent, before -> stripe.refund(call, before));
        });
    }

    private Mono<Reply> show(ServerRequest request) {
        String id = request.pathVariable("id");
        String key = key(request, Map.of());
        if (!key.equals(secretKey) && !key.equals(publishableKey)) return Mono.just(unauthorized());
        return store.intent(id).filter(intent -> key.equals(secretKey)
            || holds(intent, request.queryParam("client_secret").orElse(null)))
            .map(intent -> json(200, intent.doc(), false)).defaultIfEmpty(json(404, missing(id).body(), false));
    }

    private Mono<Reply> showMethod(ServerRequest request) {
        if (!key(request, Map.of()).equals(secretKey)) return Mono.just(unauthorized());
        String id = request.pathVariable("id");
        ObjectNode method = StripeDocs.paymentMethod(id, clock.instant());
        return Mono.just(method != null ? json(200, method, false)
            : json(404, StripeDocs.error("invalid_request_error", "resource_missing",
                "No such PaymentMethod: '" + id + "'", "payment_method"), false));
    }

    private Mono<Reply> showRefund(ServerRequest request) {
        if (!key(request, Map.of()).equals(secretKey)) return Mono.just(unauthorized());
        String id = request.pathVariable("id");
        return store.refund(id, clock.instant()).map(refund -> json(200, refund, false))
            .defaultIfEmpty(json(404, missing(id).body(), false));
    }

    private Mono<Reply> refunds(ServerRequest request) {
        if (!key(request, Map.of()).equals(secretKey)) return Mono.just(unauthorized());
        return store.refunds(request.queryParam("payment_intent").orElse(""), clock.instant()).collectList()
            .map(refunds -> {
                ObjectNode list = Json.OURS.createObjectNode();
                list.put("object", "list").put("url", "/v1/refunds").put("has_more", false);
                ArrayNode data = list.putArray("data");
                refunds.forEach(data::add);
                return json(200, list, false);
            });
    }

    private Mono<Reply> secret(ServerRequest request, Function<StripeSandbox.Call, Mono<StripeSandbox.Answer>> work) {
        return call(request).flatMap(call -> key(request, call.form()).equals(secretKey)
            ? work.apply(call).map(this::reply) : Mono.just(unauthorized()));
    }

    private static Mono<StripeSandbox.Call> call(ServerRequest request) {
        return request.bodyToMono(byte[].class).defaultIfEmpty(new byte[0])
            .map(body -> new StripeSandbox.Call(request.path(), form(body),
                request.headers().firstHeader("Idempotency-Key")));
    }

    private static Map<String, String> form(byte[] body) {
        Map<String, String> form = new LinkedHashMap<>();
        if (body.length == 0 || body.length > BODY_BYTES_MAX) return form;
        for (String pair : new String(body, StandardCharsets.UTF_8).split("&")) {
            String[] parts = pair.split("=", 2);
            form.put(decoded(parts[0]), parts.length == 1 ? "" : decoded(parts[1]));
        }
        return form;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /// Bearer, Basic with the key as user, or `key` in the form.
    private static String key(ServerRequest request, Map<String, String> form) {
        String header = request.headers().firstHeader("Authorization");
        if (header == null) return form.getOrDefault("key", request.queryParam("key").orElse(""));
        if (header.startsWith("Bearer ")) return header.substring("Bearer ".length());
        if (!header.startsWith("Basic ")) return "";
        try {
            return new String(Base64.getDecoder().decode(header.substring("Basic ".length())), StandardCharsets.UTF_8)
                .split(":", 2)[0];
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static boolean holds(StripeStore.Intent intent, @Nullable String clientSecret) {
        return intent.doc().path("client_secret").asString().equals(clientSecret);
    }

    private static StripeSandbox.Effect missing(String id) {
        return StripeSandbox.Effect.refuse(404, StripeDocs.error("invalid_request_error", "resource_missing",
            "No such payment_intent: '" + id + "'", "intent"));
    }

    private static Reply unauthorized() {
        return json(401, StripeDocs.error("invalid_request_error", null, "Invalid API Key provided", null), false);
    }

    private Reply reply(StripeSandbox.Answer answer) {
        return json(answer.status(), answer.body(), answer.replayed());
    }

    private static Reply json(int status, ObjectNode body, boolean replayed) {
        Map<String, String> headers = new LinkedHashMap<>(Map.of("Request-Id", StripeDocs.id("req")));
        if (replayed) headers.put("Idempotent-Replayed", "true");
        return new Reply(status, headers, new Reply.Body.Bytes(body.toString().getBytes(StandardCharsets.UTF_8),
            "application/json"));
    }
}
