package io.millrace.messaging;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.kafka.receiver.ReceiverOptions;
import reactor.kafka.sender.SenderOptions;
import reactor.util.retry.Retry;

/// The broker as the shop sees it: names, settings of clients, and topics, which are created when they are missing.
final class Kafka implements AutoCloseable {
    /// How long one question to the broker may take.
    private static final Duration ASK_MAX = Duration.ofSeconds(5);
    private static final Duration SETTLE_FIRST = Duration.ofMillis(50);
    /// How long a look whether it is there may take.
    private static final Duration LOOK_MAX = Duration.ofSeconds(2);
    /// How long an acknowledgement is waited for before the whole batch is given up and sent again.
    private static final Duration DELIVERY_MAX = Duration.ofSeconds(5);
    /// A new broker makes room for its first transaction within this.
    private static final Duration FIRST_MAX = Duration.ofSeconds(10);
    /// A transaction of a dead leader that nobody followed is rolled back by the broker after this.
    private static final Duration TRANSACTION_MAX = Duration.ofSeconds(15);
    /// A node that died gives its partitions to the others after this.
    private static final Duration SESSION = Duration.ofSeconds(8);
    private static final Duration COMMIT_EVERY = Duration.ofMillis(500);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(1);
    private static final Duration RECONNECT_MAX = Duration.ofSeconds(1);
    private static final int POLL_RECORDS_MAX = 500;
    /// The largest fact, with room for its key, its headers and the batch around it.
    private static final int RECORD_BYTES_MAX = Facts.FACT_BYTES_MAX + 64 * 1024;

    private final MessagingSettings settings;
    private final KafkaSettings connection;
    private final Map<String, Mono<Void>> topics = new ConcurrentHashMap<>();
    private @Nullable Admin admin;

    Kafka(MessagingSettings settings, KafkaSettings connection) {
        this.settings = settings;
        this.connection = connection;
    }

    String topic(String module) {
        return settings.topicPrefix() + "millrace." + module;
    }

    /// Sends whole batches or nothing. The id of its transactions is the same on every node, so the broker itself turns
    /// away a leader that was replaced.
    SenderOptions<String, byte[]> sender() {
        Map<String, Object> options = common();
        options.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, settings.topicPrefix() + "millrace.relay");
        options.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) TRANSACTION_MAX.toMillis());
        options.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        options.put(ProducerConfig.ACKS_CONFIG, "all");
        options.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        options.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        // The first send of a transaction is turned away while the broker still finishes the one before.
        options.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 5);
        options.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024);
        options.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, RECORD_BYTES_MAX);
        options.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) DELIVERY_MAX.toMillis() / 2);
        options.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY_MAX.toMillis());
        options.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, FIRST_MAX.toMillis());
        return SenderOptions.<String, byte[]>create(options).withKeySerializer(new StringSerializer())
            .withValueSerializer(new ByteArraySerializer()).stopOnError(true).closeTimeout(CLOSE_MAX);
    }

    /// One consumer for all nodes together: each partition is heard by one of them.
    ReceiverOptions<String, byte[]> group(String consumer, String module) {
        Map<String, Object> options = receiving();
        options.put(ConsumerConfig.GROUP_ID_CONFIG, settings.topicPrefix() + consumer);
        options.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) SESSION.toMillis());
        options.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, (int) SESSION.toMillis() / 4);
        return receiver(options).subscription(Set.of(topic(module))).commitInterval(COMMIT_EVERY);
    }

    /// Everything of these partitions, outside of any group.
    ReceiverOptions<String, byte[]> partitions(Collection<TopicPartition> partitions) {
        return receiver(receiving()).assignment(partitions).commitInterval(Duration.ZERO);
    }

    /// Creates the topic of a module unless it exists.
    Mono<Void> ensure(String module) {
        return topics.computeIfAbsent(module, name -> Mono.defer(() -> create(topic(name)))
            .cache(done -> Duration.ofDays(1), failed -> Duration.ZERO, () -> Duration.ofDays(1)));
    }

    Mono<List<TopicPartition>> partitionsOf(String module) {
        String topic = topic(module);
        return Mono.defer(() -> Mono.fromCompletionStage(admin().describeTopics(List.of(topic)).allTopicNames()
            .toCompletionStage()))
            // a topic just made is not known to every broker at once
            .retryWhen(Retry.backoff(Long.MAX_VALUE, SETTLE_FIRST)
                .filter(UnknownTopicOrPartitionException.class::isInstance))
            .flatMapIterable(Map::values).single()
            .map(about -> about.partitions().stream().map(one -> new TopicPartition(topic, one.partition())).toList())
            .timeout(ASK_MAX);
    }

    /// How many brokers answer just now.
    Mono<Integer> brokers() {
        return Mono.defer(() -> Mono.fromCompletionStage(admin().describeCluster().nodes().toCompletionStage()))
            .map(Collection::size).timeout(LOOK_MAX);
    }

    private Mono<Void> create(String topic) {
        NewTopic wanted = new NewTopic(topic, Optional.of(settings.partitions()), Optional.of(settings.replicas()))
            .configs(Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(RECORD_BYTES_MAX)));
        return Mono.defer(() -> Mono.fromCompletionStage(
            admin().createTopics(List.of(wanted)).all().toCompletionStage()))
            .onErrorResume(TopicExistsException.class, exists -> Mono.empty())
            .timeout(ASK_MAX);
    }

    private synchronized Admin admin() {
        if (admin == null) {
            Map<String, Object> options = common();
            options.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) ASK_MAX.toMillis());
            options.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, (int) ASK_MAX.toMillis() / 2);
            admin = Admin.create(options);
        }
        return admin;
    }

    private Map<String, Object> receiving() {
        Map<String, Object> options = common();
        options.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        options.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        options.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        options.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS_MAX);
        options.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) ASK_MAX.toMillis());
        options.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) ASK_MAX.toMillis());
        return options;
    }

    private static ReceiverOptions<String, byte[]> receiver(Map<String, Object> options) {
        return ReceiverOptions.<String, byte[]>create(options).withKeyDeserializer(new StringDeserializer())
            .withValueDeserializer(new ByteArrayDeserializer()).closeTimeout(CLOSE_MAX);
    }

    private Map<String, Object> common() {
        Map<String, Object> options = new HashMap<>(connection.properties());
        options.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, String.join(",", connection.bootstrapServers()));
        options.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_MAX.toMillis());
        options.put(CommonClientConfigs.RETRY_BACKOFF_MAX_MS_CONFIG, RECONNECT_MAX.toMillis());
        return options;
    }

    @Override public synchronized void close() {
        if (admin != null) admin.close(Duration.ZERO);
        admin = null;
    }
}
