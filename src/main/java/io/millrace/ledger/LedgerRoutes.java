package io.millrace.ledger;

import static io.millrace.http.Access.needs;

import io.millrace.http.Api;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.money.Money;
import java.util.List;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// The book for people who may read it.
final class LedgerRoutes {
    private final Ledger ledger;
    private final Journals journals;

    LedgerRoutes(Ledger ledger, Journals journals) {
        this.ledger = ledger;
        this.journals = journals;
    }

    RouterFunction<ServerResponse> table(Api api) {
        return api.table("/admin/ledger", rows -> {
            rows.GET("/trial-balance", needs("ledger:read"), this::trialBalance);
            rows.GET("/accounts/{code}", needs("ledger:read"), this::account);
        });
    }

    private Mono<Reply> trialBalance(ServerRequest request) {
        return ledger.trialBalance().flatMap(Reply::ok);
    }

    private Mono<Reply> account(ServerRequest request) {
        String code = request.pathVariable("code");
        return journals.entries(code).collectList().flatMap(entries -> entries.isEmpty()
            ? Reply.refuse(Problem.notFound("This account was"))
            : ledger.balance(code).flatMap(balances -> Reply.ok(new Account(code, balances, entries))));
    }

    private record Account(String code, List<Money> balances, List<Journals.Posted> entries) {}
}
