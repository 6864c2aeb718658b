package io.millrace.http;

import io.millrace.postgres.Away;
import io.millrace.postgres.Overtaken;
import io.millrace.postgres.Refused;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcTransientException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;

/// Turns everything that was thrown into the one envelope: refusals as they are, known statuses with our codes, a
/// database that is away as 503, and the rest as a 500 that tells the client nothing but its request id.
@Order(-2)
final class Failures implements WebExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    private static final int RETRY_AFTER_SECONDS = 2;
    /// While a server is away every request fails alike: one line in so long tells of all of them.
    private static final long TELL_EVERY_NANOS = Duration.ofMillis(200).toNanos();
    /// Who guesses at tokens is refused before [Gate] counts him, so he is counted here.
    private static final String BAD_TOKEN = "invalid_token";

    private final Limits limits;
    private final AtomicLong toldAt = new AtomicLong(System.nanoTime() - TELL_EVERY_NANOS);
    private final LongAdder untold = new LongAdder();

    Failures(Limits limits) {
        this.limits = limits;
    }

    @Override public Mono<Void> handle(ServerWebExchange exchange, Throwable error) {
        if (exchange.getResponse().isCommitted()) return Mono.error(error);
        Problem problem = problem(exchange, error);
        return problem.code().equals(BAD_TOKEN) ? limits.take(Limits.DEFAULT, Gate.addressKey(exchange))
            .flatMap(verdict -> write(exchange, verdict.allowed() ? problem : verdict.problem()))
            : write(exchange, problem);
    }

    private static Mono<Void> write(ServerWebExchange exchange, Problem problem) {
        exchange.getResponse().setRawStatusCode(problem.status());
        problem.headers().forEach(exchange.getResponse().getHeaders()::set);
        return Answer.failure(exchange, problem);
    }

    private Problem problem(ServerWebExchange exchange, Throwable error) {
        return switch (error) {
            case ProblemException refused -> refused.problem();
            case Overtaken e -> changedMeanwhile();
            case Refused e when e.is(Refused.STALE) -> changedMeanwhile();
            case MethodNotAllowedException e -> Problem.of(405, "method_not_allowed", "This path has other methods")
                .header("Allow", String.join(", ", e.getSupportedMethods().stream().map(HttpMethod::name).toList()));
            case ResponseStatusException e -> known(e);
            case R2dbcTransientException e -> away(exchange, error);
            case R2dbcException e when e.getSqlState() == null || e.getSqlState().startsWith("08")
                || e.getSqlState().startsWith("57") -> away(exchange, error);
            // The client went away while we still read.
            case AbortedException e -> Problem.malformed("The request ended early");
            case java.io.IOException e when AbortedException.isConnectionReset(e) ->
                Problem.malformed("The request ended early");
            case TimeoutException e -> away(exchange, error);
            case java.io.IOException e -> away(exchange, error);
            default -> {
                if (Away.is(error)) yield away(exchange, error);
                if (error.getCause() instanceof R2dbcException cause) yield problem(exchange, cause);
                LOG.error("request {} failed", RequestId.log(exchange), error);
                yield Problem.of(500, "internal", "Something went wrong; tell us the request id");
            }
        };
    }

    /// However often we tried, somebody else was faster.
    private static Problem changedMeanwhile() {
        return Problem.conflict("changed_meanwhile", "Somebody else changed this at the same time; try again");
    }

    private Problem away(ServerWebExchange exchange, Throwable error) {
        long now = System.nanoTime();
        long last = toldAt.get();
        if (now - last < TELL_EVERY_NANOS || !toldAt.compareAndSet(last, now)) untold.increment();
        else
            LOG.warn("request {} (and {} untold) could not be served: {}", RequestId.log(exchange),
                untold.sumThenReset(), Texts.oneLine(error.toString()));
        return Problem.unavailable("unavailable", "The shop is catching its breath; try again", RETRY_AFTER_SECONDS);
    }

    private static Problem known(ResponseStatusException e) {
        int status = e.getStatusCode().value();
        return switch (status) {
            case 400 -> Problem.malformed("The request cannot be read");
            case 404 -> Problem.notFound("This page was");
            case 406 -> Problem.of(406, "not_acceptable", "This can be had as application/json");
            case 413 -> Problem.of(413, "too_large", "The body is too large");
            case 415 -> Problem.of(415, "unsupported_media_type", "Send application/json");
            default -> Problem.of(status, status < 500 ? "refused" : "internal", "The request was refused");
        };
    }
}
