package io.millrace.embedded;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/// A Kafka broker that is its own controller (KRaft), inside this JVM; its log survives restarts.
final class Kafka implements Server {
    private static final int NODE = 1;

    private final Folder folder;
    private final Path logs;
    private int port;
    private @Nullable KafkaRaftServer server;

    Kafka(Folder folder) {
        this.folder = folder;
        this.logs = folder.of("kafka").resolve("logs");
    }

    @Override public void start() throws Exception {
        Path made = folder.of("kafka").resolve("made");
        if (!Files.exists(made)) {
            Folder.delete(logs);
            format();
            Files.createFile(made);
        }
        port = folder.port("kafka");
        KafkaRaftServer broker = new KafkaRaftServer(new KafkaConfig(config(folder.port("kafka-controller"))),
            Time.SYSTEM);
        server = broker;
        broker.startup();
    }

    private void format() throws Exception {
        new Formatter()
            .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
            .setNodeId(NODE)
            .setClusterId(Uuid.randomUuid().toString())
            .addDirectory(logs.toString())
            .setMetadataLogDirectory(logs.toString())
            .setControllerListenerName("CONTROLLER")
            .setIgnoreFormatted(true)
            .run();
    }

    private Properties config(int controllerPort) {
        var config = new Properties();
        config.putAll(Map.of(
            "process.roles", "broker,controller",
            "node.id", Integer.toString(NODE),
            "controller.quorum.voters", NODE + "@127.0.0.1:" + controllerPort,
            "controller.listener.names", "CONTROLLER",
            "listeners", "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort),
            "advertised.listeners", "PLAINTEXT://127.0.0.1:" + port,
            "inter.broker.listener.name", "PLAINTEXT",
            "log.dirs", logs.toString()));
        // One broker keeps one copy; without these, groups and transactions wait for copies that never come.
        config.putAll(Map.of(
            "offsets.topic.replication.factor", "1",
            "transaction.state.log.replication.factor", "1",
            "transaction.state.log.min.isr", "1",
            "share.coordinator.state.topic.replication.factor", "1",
            "share.coordinator.state.topic.min.isr", "1",
            "default.replication.factor", "1",
            "group.initial.rebalance.delay.ms", "0"));
        // After a kill -9 the broker may not register again before its old session is over.
        config.putAll(Map.of("broker.session.timeout.ms", "6000", "broker.heartbeat.interval.ms", "500"));
        // A small broker for a small machine.
        config.putAll(Map.of(
            "num.partitions", "4",
            "offsets.topic.num.partitions", "4",
            "transaction.state.log.num.partitions", "2",
            "num.network.threads", "1",
            "num.io.threads", "2",
            "background.threads", "2",
            "log.cleaner.dedupe.buffer.size", "8388608",
            "log.retention.hours", "168",
            "auto.create.topics.enable", "false"));
        return config;
    }

    @Override public void stop() {
        if (server == null) return;
        server.shutdown();
        server.awaitShutdown();
        server = null;
    }

    @Override public void crash() {
        stop(); // inside our own JVM a broker can only leave in order
    }

    @Override public Map<String, String> settings() {
        return Map.of("spring.kafka.bootstrap-servers", "127.0.0.1:" + port);
    }
}
