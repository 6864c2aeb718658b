package io.millrace.payment;

import java.util.UUID;

/// Which line a refund is for and how many of it; payment carries it and knows nothing about it.
public record RefundLine(UUID item, int quantity) {}
