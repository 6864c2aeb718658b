package io.millrace.jobs;

import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/// Work that is done after the migrations and before the shop answers its first request: a bean, done in the order of
/// the beans (`@Order`), within five minutes. It runs on every node at every start, so it must be idempotent.
public record AtStart(String name, Supplier<Mono<Void>> work) {}
