package io.millrace.customer;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import io.millrace.testing.Wares;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// Somebody new with an account, and many doing something at once.
record People(Shop shop) {
    /// A client signed in as somebody new, whose answers must keep the contract.
    Client somebody(String channel) {
        return new Wares(shop).customer().channel(channel).checked();
    }

    /// What came back to so many at once, in their order.
    static <T> List<T> atOnce(int many, IntFunction<T> what) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return IntStream.range(0, many)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> what.apply(i), threads)).toList().stream()
                .map(CompletableFuture::join).toList();
        }
    }

    static long count(List<Answer> answers, int status) {
        return answers.stream().filter(answer -> answer.status() == status).count();
    }

    /// An address in Ghana with these members besides or instead.
    static Map<String, Object> address(Object... namesAndValues) {
        Map<String, Object> body = new LinkedHashMap<>(Map.of("name", "Ama Mensah", "line1", "12 Ring Road", "city",
            "Accra", "region", "Greater Accra", "country", "GH"));
        for (int i = 0; i < namesAndValues.length; i += 2)
            body.put(namesAndValues[i].toString(), namesAndValues[i + 1]);
        return body;
    }
}
