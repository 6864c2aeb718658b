package io.millrace.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.pattern.PathPattern;

/// Hears of refusals that somebody may have to look up later: who was not let in (401), who may not (403), and who
/// asked for one thing of others (404 of a known path with an id in it, by a caller or a bearer of a guest's token;
/// that it was somebody else's and that it never was look the same to us too).
public interface Refusals {
    /// Must not wait for anything: it is called while the answer is written.
    void refused(Refusal refusal);

    /// `path` is the route with the ids that were asked for, and nothing else that a client wrote.
    record Refusal(Caller caller, String method, String path, int status, String code, String requestId,
        String address) {}

    /// The exchange's attribute under which [Front] leaves who wants to hear.
    String ATTRIBUTE = Refusals.class.getName();

    static void tell(ServerWebExchange exchange, Problem problem) {
        if (!(exchange.getAttributes().get(ATTRIBUTE) instanceof Refusals listener)) return;
        PathPattern pattern =
            exchange.getAttributes().get(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE) instanceof PathPattern known
                ? known : null;
        Caller caller = exchange.getAttributes().get(Caller.ATTRIBUTE) instanceof Caller who ? who : Caller.GUEST;
        if (!isWorth(exchange, problem.status(), pattern, caller) && !problem.code().equals("card_number")) return;
        listener.refused(new Refusal(caller, exchange.getRequest().getMethod().name(),
            pattern == null ? "" : filled(pattern, exchange), problem.status(), problem.code(), RequestId.of(exchange),
            ClientAddress.of(exchange).shown()));
    }

    private static boolean isWorth(ServerWebExchange exchange, int status, @Nullable PathPattern pattern,
        Caller caller) {
        return switch (status) {
            case 401, 403 -> exchange.getRequest().getPath().value().startsWith(Api.BASE);
            case 404 -> pattern != null && pattern.getPatternString().contains("{")
                && (!caller.isGuest() || exchange.getRequest().getHeaders().containsHeader("X-Order-Token")
                    || exchange.getRequest().getHeaders().containsHeader("X-Cart-Token"));
            default -> false;
        };
    }

    /// Only ids are put in: other parts of a path could be somebody's words.
    private static String filled(PathPattern pattern, ServerWebExchange exchange) {
        String path = pattern.getPatternString();
        if (!(exchange.getAttributes()
            .get(RouterFunctions.URI_TEMPLATE_VARIABLES_ATTRIBUTE) instanceof Map<?, ?> variables)) return path;
        for (Map.Entry<?, ?> variable : variables.entrySet()) {
            String value = String.valueOf(variable.getValue());
            if (Ids.read(value).isPresent()) path = path.replace("{" + variable.getKey() + "}", value);
        }
        return path;
    }
}
