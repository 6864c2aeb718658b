package io.millrace.identity;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;

/// A sign-in that lasts: `at` is when the person last proved who he is, `methods` how (RFC 8176: `pwd`, `otp`, `fed`).
record Session(UUID id, UUID account, Instant at, Set<String> methods) {}
