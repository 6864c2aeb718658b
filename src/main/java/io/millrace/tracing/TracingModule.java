package io.millrace.tracing;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.jspecify.annotations.Nullable;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(TracingModule.Settings.class)
class TracingModule {
    /// `endpoint`: where the collector takes OTLP over HTTP (`http://localhost:4318/v1/traces`). `share`: of all traces
    /// that begin here or are sampled by who called us, 0 to 1.
    @ConfigurationProperties("millrace.tracing")
    record Settings(@Nullable URI endpoint, @DefaultValue("1") double share) {
        Settings {
            if (share < 0 || share > 1) throw new IllegalArgumentException("millrace.tracing.share is 0 to 1");
        }
    }

    @Bean
    @ConditionalOnProperty("millrace.tracing.endpoint") Collector collector(Settings settings, MeterRegistry meters) {
        URI endpoint = settings.endpoint();
        if (endpoint == null) throw new IllegalArgumentException("millrace.tracing.endpoint is an address");
        return new Collector(endpoint, meters);
    }

    @Bean Spans spans(ObjectProvider<Collector> collector, Settings settings) {
        Collector one = collector.getIfAvailable();
        return one == null ? Spans.OFF : new Spans(one, settings.share());
    }
}
