package io.millrace.postgres;

/// A check inside a statement did not hold: nothing of the statement happened. The reason is the check's own word.
///
/// It has no stack trace, because it is a refusal on its way to becoming a value, not a defect.
public final class Refused extends RuntimeException {
    /// The reason for "somebody else changed the row since it was read": read again and decide again.
    public static final String STALE = "stale";

    /// The reason for "what this would be done to is not there, or it was done already".
    public static final String ABSENT = "absent";

    private final String reason;

    public Refused(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }

    public boolean is(String other) {
        return reason.equals(other);
    }
}
