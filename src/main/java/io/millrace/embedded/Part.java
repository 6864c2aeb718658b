package io.millrace.embedded;

/// One of the three servers a shop stands on.
public enum Part {
    POSTGRES, REDIS, KAFKA
}
