package io.millrace.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A refusal on its way to the client: status, stable `code`, message for people, errors by field, and details.
///
/// Rendered in one place as the envelope of the API (or RFC 9457 when asked for). `code` is listed in the OpenAPI
/// document. `details` are extra members of the answer, e.g. the lines that are out of stock.
public record Problem(int status, String code, String message, Map<String, List<String>> errors,
    Map<String, Object> details, Map<String, String> headers) {

    public static Problem of(int status, String code, String message) {
        return new Problem(status, code, message, Map.of(), Map.of(), Map.of());
    }

    /// 400: the request cannot be read at all.
    public static Problem malformed(String message) {
        return of(400, "malformed", message);
    }

    /// 401 with the challenge of RFC 6750.
    public static Problem unauthorized() {
        return of(401, "unauthorized", "Sign in first").header("WWW-Authenticate", "Bearer");
    }

    /// 403: signed in, but without the permission.
    public static Problem forbidden() {
        return of(403, "forbidden", "You are not allowed to do this");
    }

    /// 404: unknown, or not yours; the two look the same.
    public static Problem notFound(String what) {
        return of(404, "not_found", what + " not found");
    }

    /// 409: a good request that the present state refuses.
    public static Problem conflict(String code, String message) {
        return of(409, code, message);
    }

    /// 412: `If-Match` names another version than the present one.
    public static Problem stale() {
        return of(412, "stale", "Somebody changed this since you read it");
    }

    /// 422: understood but invalid; every field that is wrong, at once.
    public static Problem invalid(Map<String, List<String>> errors) {
        return new Problem(422, "invalid", "Some fields are not right", errors, Map.of(), Map.of());
    }

    public static Problem invalid(String field, String message) {
        return invalid(Map.of(field, List.of(message)));
    }

    /// 422 with a code of its own.
    public static Problem unprocessable(String code, String message) {
        return of(422, code, message);
    }

    /// 503: try again after the given seconds.
    public static Problem unavailable(String code, String message, int retryAfterSeconds) {
        return of(503, code, message).header("Retry-After", Integer.toString(retryAfterSeconds));
    }

    public Problem detail(String name, @Nullable Object value) {
        Map<String, Object> more = new LinkedHashMap<>(details);
        if (value != null) more.put(name, value);
        return new Problem(status, code, message, errors, more, headers);
    }

    public Problem header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Problem(status, code, message, errors, details, more);
    }

    public Reply reply() {
        return Reply.problem(this);
    }
}
