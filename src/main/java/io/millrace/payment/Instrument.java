package io.millrace.payment;

/// A way to pay that a provider keeps for somebody, as the provider describes it: its token, what it is (`card`), the
/// card's brand, its last four digits and the month it expires in. Never a number.
public record Instrument(String token, String kind, String brand, String last4, int expiryMonth, int expiryYear) {
    public Instrument {
        if (!last4.matches("\\d{4}") || expiryMonth < 1 || expiryMonth > 12 || expiryYear < 2000 || expiryYear > 2200)
            throw new IllegalArgumentException("not a card as providers describe it");
    }
}
