package io.millrace.sandbox;

import io.millrace.http.Json;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// Form bodies and OAuth's errors, as the simulated identity providers read and write them.
final class WebForms {
    /// The only callback that an app of ours may have registered.
    static final String CALLBACK = "https?://[A-Za-z0-9.-]+(:\\d+)?/api/v1/auth/callback/[a-z0-9-]+";

    private WebForms() {}

    static Map<String, String> read(byte[] body) {
        Map<String, String> form = new LinkedHashMap<>();
        for (String pair : new String(body, StandardCharsets.UTF_8).split("&")) {
            String[] parts = pair.split("=", 2);
            form.put(decoded(parts[0]), parts.length == 1 ? "" : decoded(parts[1]));
        }
        return form;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    static ObjectNode error(String error, String description) {
        return Json.OURS.createObjectNode().put("error", error).put("error_description", description);
    }
}
