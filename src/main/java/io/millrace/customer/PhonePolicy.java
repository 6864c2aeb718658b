package io.millrace.customer;

/// What a channel asks of its people's phone numbers, in words.
final class PhonePolicy {
    static final String REFUSAL = "is not a number of the country that this shop is for";

    private PhonePolicy() {}
}
