package io.millrace.messaging;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// `millrace.messaging`: `topic-prefix` keeps two shops on one broker apart (topics, groups, the relay's own id);
/// `partitions` and `replicas` of topics that the shop creates; `lease` is how long a dead relay leader is waited for.
@ConfigurationProperties("millrace.messaging")
record MessagingSettings(@DefaultValue("") String topicPrefix, @DefaultValue("6") int partitions,
    @DefaultValue("1") short replicas, @DefaultValue("5s") Duration lease) {
}
