package io.millrace.sandbox;

import io.millrace.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/// Somebody whom the simulated providers know: whoever is named by an address. The subject follows from it, so the same
/// address is the same person again; `unverified-` before it makes one that the issuer does not vouch for.
record Persona(String subject, String email, boolean verified, String first, String last) {
    static final List<String> SHOWN =
        List.of("ada@example.com", "grace@example.com", "unverified-mallory@example.com");

    static Persona of(String address) {
        String email = address.strip().toLowerCase(Locale.ROOT);
        String local = email.contains("@") ? email.substring(0, email.indexOf('@')) : email;
        String name = local.replaceAll("[^a-z].*", "");
        return new Persona(UUID.nameUUIDFromBytes(email.getBytes(StandardCharsets.UTF_8)).toString(), email,
            !local.startsWith("unverified-"), name.isEmpty() ? "Somebody"
                : name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1),
            "Sandbox");
    }

    ObjectNode put(ObjectNode doc) {
        return doc.put("sub", subject).put("email", email).put("email_verified", verified).put("given_name", first)
            .put("family_name", last).put("name", first + " " + last);
    }

    static ObjectNode copy(tools.jackson.databind.JsonNode doc) {
        ObjectNode out = Json.OURS.createObjectNode();
        for (String name : List.of("sub", "email", "email_verified", "given_name", "family_name", "name"))
            out.set(name, doc.path(name));
        return out;
    }

    /// A page on which a person picks who he is; `link` gets each address.
    static byte[] page(String title, java.util.function.UnaryOperator<String> link) {
        StringBuilder page = new StringBuilder("<!doctype html><meta charset=utf-8><title>").append(title)
            .append("</title><h1>").append(title).append("</h1><p>Who are you?</p><ul>");
        for (String email : SHOWN)
            page.append("<li><a href=\"").append(link.apply(email).replace("&", "&amp;")
                .replace("\"", "&quot;").replace("<", "&lt;")).append("\">").append(email).append("</a></li>");
        return page.append("</ul>").toString().getBytes(StandardCharsets.UTF_8);
    }
}
