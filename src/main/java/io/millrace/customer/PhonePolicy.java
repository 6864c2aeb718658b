package io.millrace.customer;

import io.millrace.channel.Channel;
import io.millrace.channel.Channels;
import io.millrace.http.Fields;
import io.millrace.identity.RegistrationPolicy;
import org.springframework.web.reactive.function.server.ServerRequest;

/// What a channel asks of its people's phone numbers: some take only those of their own country.
final class PhonePolicy implements RegistrationPolicy {
    private static final String REFUSAL = "is not a number of the country that this shop is for";

    private final Channels channels;

    PhonePolicy(Channels channels) {
        this.channels = channels;
    }

    /// A number that cannot be read as an international one is none of the channel's either.
    @Override public void check(ServerRequest request, String phone, Fields fields) {
        Channel channel = channels.of(request);
        if (channel.policies().phoneForm() != null)
            check(channel, Phone.normal(phone, home(channel)).orElse(""), fields);
    }

    static void check(Channel channel, String international, Fields fields) {
        fields.must("phone", international, channel.policies()::allowsPhone, REFUSAL);
    }

    static String home(Channel channel) {
        return channel.countries().isEmpty() ? "" : channel.countries().getFirst();
    }
}
