package io.millrace.channel;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ChannelModule {
    @Bean Channels channels() {
        return new Channels();
    }
}
