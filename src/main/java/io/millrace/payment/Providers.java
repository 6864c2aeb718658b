package io.millrace.payment;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Who takes money for us, by name.
final class Providers {
    private final Map<String, PaymentProvider> byName;

    Providers(List<PaymentProvider> all) {
        this.byName = all.stream().collect(Collectors.toUnmodifiableMap(PaymentProvider::name, Function.identity()));
    }

    Optional<PaymentProvider> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /// Those that are called, and may be silent.
    List<Circuit> circuits() {
        return byName.values().stream().filter(Circuit.class::isInstance).map(Circuit.class::cast).toList();
    }

    /// The provider of a payment that exists; that nobody bears its name any more is a defect.
    PaymentProvider of(Payment payment) {
        return find(payment.provider()).orElseThrow(
            () -> new IllegalStateException("payment " + payment.id() + " has no provider " + payment.provider()));
    }
}
