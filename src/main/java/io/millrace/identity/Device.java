package io.millrace.identity;

import io.millrace.http.ClientAddress;
import io.millrace.http.Texts;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;

/// From where somebody signs in, so that he can tell his own sessions from a stranger's. Personal data.
record Device(@Nullable String agent, @Nullable String ip) {
    static final Device UNKNOWN = new Device(null, null);
    private static final int AGENT_CHARS_MAX = 200;

    static Device of(ServerRequest request) {
        String agent = request.headers().firstHeader("User-Agent");
        return new Device(agent == null || agent.isBlank() ? null : shortened(Texts.oneLine(agent)),
            ClientAddress.of(request).shown());
    }

    private static String shortened(String text) {
        return text.length() <= AGENT_CHARS_MAX ? text : text.substring(0, AGENT_CHARS_MAX);
    }
}
