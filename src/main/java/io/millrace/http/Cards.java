package io.millrace.http;

import io.millrace.vault.CardNumbers;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Turns away a body that holds the number of a payment card (PCI DSS 3.3): cards are typed into the provider's own
/// form, and a number that we never take cannot be kept, logged or stolen here. Nothing of the body is told.
///
/// Looks at texts only, and not at fields that hold numbers of others (tracking, articles, references) or that are
/// hashed at once (passwords). A body without fourteen digits in a row is not parsed for it.
final class Cards {
    private static final Set<String> NUMBERS_OF_OTHERS = Set.of("tracking_number", "sku", "barcode", "gtin", "ean",
        "reference", "quote_hash", "password", "current_password", "new_password", "refresh_token", "token", "code",
        "phone");

    private Cards() {}

    /// Malformed bodies are left to whoever reads them.
    static void refuse(byte[] body) {
        try {
            look("", "", Json.OURS.readTree(body));
        } catch (JacksonException malformed) {
            return;
        }
    }

    private static void look(String path, String name, JsonNode node) {
        if (node.isString()) {
            if (!NUMBERS_OF_OTHERS.contains(name) && CardNumbers.in(node.asString()).isPresent())
                throw new ProblemException(Problem.unprocessable("card_number", "This looks like a card number. Never "
                    + "send one here: cards are typed into the payment provider's own form").detail("field", path));
            return;
        }
        if (node.isObject())
            node.properties().forEach(field -> look(path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                field.getKey(), field.getValue()));
        else
            if (node.isArray())
                for (int i = 0; i < node.size(); i++) look(path + "[" + i + "]", name, node.get(i));
    }
}
