package io.millrace.cart;

/// What becomes of a wish to change a cart's lines.
sealed interface Editing {
    record Edited(Cart cart) implements Editing {}

    record NoSuchLine() implements Editing {}

    /// More than [Cart#LINES_MAX] lines.
    record CartFull() implements Editing {}

    /// A line would have none, or more than a line may have.
    record QuantityTooLarge() implements Editing {}

    /// The variant is unknown here, not active, or has no price.
    record NotForSale() implements Editing {}

    /// `If-Match` names another version.
    record OtherVersion() implements Editing {}
}
