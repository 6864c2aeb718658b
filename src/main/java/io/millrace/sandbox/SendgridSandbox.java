package io.millrace.sandbox;

import static io.millrace.http.Access.anyone;
import static java.util.Objects.requireNonNull;

import io.millrace.http.Api;
import io.millrace.http.Ids;
import io.millrace.http.Json;
import io.millrace.http.Reply;
import io.millrace.postgres.Postgres;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// SendGrid's `POST /v3/mail/send`, strict as the real one and without idempotency, and the mail boxes it fills:
/// `GET /sandbox/mail?to=` shows an address's letters, newest first.
final class SendgridSandbox {
    private static final int RECIPIENTS_MAX = 1_000;
    private static final int LETTERS_MAX = 50;
    /// Headers that SendGrid keeps for itself.
    private static final Set<String> RESERVED = Set.of("x-sg-id", "x-sg-eid", "received", "dkim-signature",
        "content-type", "content-transfer-encoding", "to", "from", "subject", "reply-to", "cc", "bcc");

    private final Postgres postgres;
    private final ChaosDial dial;
    private final InstantSource clock;
    private final String apiKey;

    SendgridSandbox(Postgres postgres, ChaosDial dial, InstantSource clock, String apiKey) {
        this.postgres = postgres;
        this.dial = dial;
        this.clock = clock;
        this.apiKey = apiKey;
    }

    RouterFunction<ServerResponse> table(Api api) {
        return api.absolute("/sandbox", rows -> {
            rows.POST("/sendgrid/v3/mail/send", anyone(), this::send).storesNothing();
            rows.GET("/mail", anyone(), this::box);
        });
    }

    private Mono<Reply> send(ServerRequest request) {
        if (!("Bearer " + apiKey).equals(request.headers().firstHeader("Authorization")))
            return Mono.just(error(401, "The provided authorization grant is invalid, expired, or revoked", null));
        JsonNode mail = json(Api.raw(request));
        Wrong wrong = wrong(mail);
        if (wrong != null) return Mono.just(error(400, wrong.message(), wrong.field()));
        return dial.now().flatMap(chaos -> {
            if (dial.rolls(chaos.fail())) return Mono.just(error(500, "Internal error", null));
            String id = Ids.token().substring(0, 22);
            return keep(mail, id).thenReturn(dial.rolls(chaos.lose()) ? error(500, "Internal error", null)
                : new Reply(202, Map.of("X-Message-Id", id), new Reply.Body.None()));
        });
    }

    private Mono<Long> keep(JsonNode mail, String id) {
        List<String> recipients = new ArrayList<>();
        for (JsonNode person : mail.path("personalizations"))
            for (JsonNode to : person.path("to")) recipients.add(box(to.path("email").asString("")));
        return Flux.fromIterable(recipients).concatMap(recipient -> postgres.update("""
            insert into sandbox.mails (recipient, message_id, doc, created)
            values (:recipient, :message_id, :doc::jsonb, :now)
            """, Map.of("recipient", recipient, "message_id", id, "doc", mail.toString(), "now", clock.instant())))
            .reduce(0L, Long::sum);
    }

    private record Wrong(String message, @Nullable String field) {}

    private static @Nullable Wrong wrong(JsonNode mail) {
        JsonNode people = mail.path("personalizations");
        if (!people.isArray() || people.isEmpty())
            return new Wrong("The personalizations field is required and must have at least one personalization.",
                "personalizations");
        int recipients = 0;
        for (JsonNode person : people) {
            recipients += person.path("to").size();
            for (JsonNode to : person.path("to"))
                if (!isAddress(to.path("email").asString("")))
                    return new Wrong("Does not contain a valid address.", "personalizations.0.to.0.email");
        }
        if (recipients == 0 || recipients > RECIPIENTS_MAX)
            return new Wrong("The to array is required and takes 1 to 1000 recipients.", "personalizations.0.to");
        if (!isAddress(mail.path("from").path("email").asString("")))
            return new Wrong("The from email does not contain a valid address.", "from.email");
        String subject = mail.path("subject").asString("");
        if (subject.isEmpty() || !isOneLine(subject))
            return new Wrong("The subject is required and must be one line.", "subject");
        return wrongParts(mail);
    }

    private static @Nullable Wrong wrongParts(JsonNode mail) {
        JsonNode content = mail.path("content");
        if (!content.isArray() || content.isEmpty() || content.get(0).path("value").asString("").isEmpty())
            return new Wrong("The content is required and must not be empty.", "content");
        for (int i = 1; i < content.size(); i++)
            if (content.get(i).path("type").asString("").equals("text/plain"))
                return new Wrong("If present, text/plain must be first, followed by text/html.", "content");
        for (Map.Entry<String, JsonNode> header : mail.path("headers").properties())
            if (RESERVED.contains(header.getKey().toLowerCase(Locale.ROOT)) || !isOneLine(header.getKey())
                || !isOneLine(header.getValue().asString("")))
                return new Wrong("The header is reserved or not one line.", "headers." + header.getKey());
        return null;
    }

    private static boolean isAddress(String email) {
        return email.matches("[^\\s@<>]+@[^\\s@<>.]+(\\.[^\\s@<>.]+)+");
    }

    private static boolean isOneLine(String text) {
        return text.chars().noneMatch(Character::isISOControl);
    }

    private static JsonNode json(byte[] body) {
        try {
            return Json.OURS.readTree(body);
        } catch (JacksonException e) {
            return Json.OURS.createObjectNode();
        }
    }

    private static Reply error(int status, String message, @Nullable String field) {
        ObjectNode body = Json.OURS.createObjectNode();
        body.putArray("errors").addObject().put("message", message).put("field", field).putNull("help");
        return new Reply(status, Map.of(), new Reply.Body.Bytes(body.toString().getBytes(StandardCharsets.UTF_8),
            "application/json"));
    }

    private static String box(String address) {
        return address.strip().toLowerCase(Locale.ROOT);
    }

    /// One letter as a person finds it, with the links in it.
    record Seen(String to, String from, String subject, String text, String html, List<String> links, String messageId,
        String mailId, String headers, String at) {}

    private Mono<Reply> box(ServerRequest request) {
        return postgres.query("""
            select recipient, message_id, doc::text as doc, created from sandbox.mails
             where recipient = :recipient order by id desc limit :max
            """, Map.of("recipient", box(request.queryParam("to").orElse("")), "max", LETTERS_MAX),
            row -> seen(requireNonNull(row.get("recipient", String.class)),
                requireNonNull(row.get("message_id", String.class)),
                Json.OURS.readTree(requireNonNull(row.get("doc", String.class))),
                String.valueOf(row.get("created", java.time.Instant.class))))
            .collectList().flatMap(Reply::ok);
    }

    private static Seen seen(String to, String messageId, JsonNode mail, String at) {
        String text = "";
        String html = "";
        for (JsonNode part : mail.path("content"))
            if (part.path("type").asString("").equals("text/html")) html = part.path("value").asString("");
            else text = part.path("value").asString("");
        List<String> links = text.lines().map(String::strip).filter(line -> line.matches("https?://\\S+")).toList();
        return new Seen(to, mail.path("from").path("email").asString(""), mail.path("subject").asString(""), text, html,
            links, messageId, mail.path("personalizations").path(0).path("custom_args").path("mail_id").asString(""),
            mail.path("headers").toString(), at);
    }
}
