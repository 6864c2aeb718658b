package io.millrace.messaging;

import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Spring's own names for reaching a broker; `spring.kafka.properties` goes to the clients as it is (TLS, SASL).
@ConfigurationProperties("spring.kafka")
record KafkaSettings(@DefaultValue("localhost:9092") List<String> bootstrapServers,
    @DefaultValue Map<String, String> properties) {
}
