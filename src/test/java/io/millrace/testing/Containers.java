package io.millrace.testing;

import java.util.Map;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;

/// The same servers as Docker containers.
final class Containers implements AutoCloseable {
    private final PostgreSQLContainer postgres = new PostgreSQLContainer("postgres:18")
        .withDatabaseName("millrace")
        .withUsername("millrace")
        .withPassword("millrace")
        .withCommand("postgres", "-c", "max_connections=200", "-c", "shared_preload_libraries=pg_stat_statements");
    private final GenericContainer<?> redis = new GenericContainer<>("redis:8").withExposedPorts(6379);
    private final KafkaContainer kafka = new KafkaContainer("apache/kafka:4.2.0");

    static Containers start() {
        if (!DockerClientFactory.instance().isDockerAvailable())
            throw new IllegalStateException(
                "millrace.test.infrastructure=containers needs a Docker engine, and none answers here: "
                    + "start one, or leave the property away for embedded servers");
        var containers = new Containers();
        containers.postgres.start();
        containers.redis.start();
        containers.kafka.start();
        return containers;
    }

    Map<String, String> settings() {
        return Map.of(
            "spring.r2dbc.url", "r2dbc:postgresql://millrace:millrace@%s:%d/millrace"
                .formatted(postgres.getHost(), postgres.getMappedPort(5432)),
            "spring.data.redis.url", "redis://%s:%d".formatted(redis.getHost(), redis.getMappedPort(6379)),
            "spring.kafka.bootstrap-servers", kafka.getBootstrapServers());
    }

    @Override public void close() {
        kafka.stop();
        redis.stop();
        postgres.stop();
    }
}
