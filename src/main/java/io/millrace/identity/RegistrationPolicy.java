package io.millrace.identity;

import io.millrace.http.Fields;
import org.springframework.web.reactive.function.server.ServerRequest;

/// What a shop asks of newcomers beyond what every account needs. Declared here, because identity makes accounts; given
/// as a bean by a room above that knows the channel they are made on.
@FunctionalInterface
public interface RegistrationPolicy {
    /// Tells the fields what is wrong with a phone number as it was typed.
    void check(ServerRequest request, String phone, Fields fields);
}
