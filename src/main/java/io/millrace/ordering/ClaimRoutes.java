package io.millrace.ordering;

import static io.millrace.http.Access.signedIn;

import io.millrace.channel.Channel;
import io.millrace.channel.Channels;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.http.Rows;
import io.millrace.identity.Identity;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// Somebody with an account takes over what he ordered as a guest: by the code that was sent to the phone of those
/// orders, or without one by the address of his mail once he has proven it. It is asked for and not done by the proof
/// itself, so that nobody's orders move without his knowing.
final class ClaimRoutes {
    private final Channels channels;
    private final PhoneCodes codes;
    private final Claims claims;
    private final Identity identity;

    ClaimRoutes(Channels channels, PhoneCodes codes, Claims claims, Identity identity) {
        this.channels = channels;
        this.codes = codes;
        this.claims = claims;
        this.identity = identity;
    }

    void table(Rows rows) {
        // no transaction around it: a wrong code must stay counted although the request is refused
        rows.POST("/claim", signedIn(), this::claim).ownsIdempotency().limited("codes");
    }

    private record Body(@Nullable String phone, @Nullable String code) {}

    private record View(List<Claims.Claimed> orders, boolean more) {}

    private Mono<Reply> claim(ServerRequest request) {
        Body body = Api.raw(request).length == 0 ? new Body(null, null) : Api.body(request, Body.class);
        UUID account = Caller.of(request).account();
        return body.phone() == null && body.code() == null ? byMail(account) : byPhone(request, body, account);
    }

    private Mono<Reply> byPhone(ServerRequest request, Body body, UUID account) {
        Channel channel = channels.of(request);
        String phone = PhoneRoutes.phone(channel, body.phone());
        String code = body.code() == null ? "" : body.code();
        if (code.length() != PhoneRoutes.CODE_CHARS) return Reply.refuse(PhoneRoutes.wrong());
        return codes.prove(channel.code(), phone, code).flatMap(proven -> proven
            ? claims.ofPhone(channel.code(), phone, account).flatMap(ClaimRoutes::answer)
            : Reply.refuse(PhoneRoutes.wrong()));
    }

    /// His address counts only when it is proven, and then it is nobody else's.
    private Mono<Reply> byMail(UUID account) {
        return identity.contact(account).filterWhen(contact -> identity.byVerifiedEmail(contact.email())
            .map(account::equals).defaultIfEmpty(false))
            .flatMap(contact -> claims.ofEmail(contact.email(), account)).flatMap(ClaimRoutes::answer)
            .switchIfEmpty(Mono.defer(() -> Reply.refuse(Problem.conflict("email_not_verified",
                "Prove your address first"))));
    }

    private static Mono<Reply> answer(List<Claims.Claimed> claimed) {
        return Reply.ok(new View(claimed, claimed.size() == Claims.ORDERS_MAX))
            .map(reply -> reply.header("Cache-Control", "no-store"));
    }
}
