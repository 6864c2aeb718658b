package io.millrace.payment;

import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.health.contributor.CompositeReactiveHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import reactor.core.publisher.Mono;

/// How each provider that we call is, told from its last answers; nobody is called for it. A silent provider makes the
/// shop degraded, never unready: orders are placed, and paid when it is back.
final class ProviderHealth {
    private ProviderHealth() {}

    static CompositeReactiveHealthContributor of(Iterable<Circuit> circuits) {
        Map<String, ReactiveHealthContributor> each = new TreeMap<>();
        circuits.forEach(circuit -> each.put(circuit.name(), indicator(circuit)));
        return CompositeReactiveHealthContributor.fromMap(each);
    }

    private static ReactiveHealthIndicator indicator(Circuit circuit) {
        return () -> Mono.fromSupplier(() -> switch (circuit.stand()) {
            case WELL -> Health.up().build();
            case SILENT -> Health.down().build();
            case NOT_KNOWN -> Health.unknown().build();
        });
    }
}
