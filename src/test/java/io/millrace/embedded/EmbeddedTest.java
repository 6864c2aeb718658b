package io.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.millrace.settings.CannotOpen;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.env.MockEnvironment;

class EmbeddedTest {
    private static final Set<Part> ALL = EnumSet.allOf(Part.class);

    @Test void a_second_start_finds_what_the_first_one_stored(@TempDir Path dir) throws Exception {
        Map<String, String> first;
        try (Embedded servers = Embedded.start(dir, ALL)) {
            first = servers.settings();
            sql(servers, "create table kept (word text)", "insert into kept values ('postgres')");
            redis(servers, "SET");
            send(servers, "kafka");
        }
        try (Embedded servers = Embedded.start(dir, ALL)) {
            assertThat(sql(servers, "select word from kept")).isEqualTo("postgres");
            assertThat(redis(servers, "GET")).isEqualTo("redis");
            assertThat(receive(servers)).isEqualTo("kafka");
            // A second node was told these addresses.
            assertThat(servers.settings()).isEqualTo(first);
        }
    }

    @Test void what_a_crashed_postgres_had_acknowledged_is_there_when_it_is_back(@TempDir Path dir) throws Exception {
        try (Embedded servers = Embedded.start(dir, Set.of(Part.POSTGRES))) {
            sql(servers, "create table kept (word text)", "insert into kept values ('durable')");
            servers.crash(Part.POSTGRES);
            assertThatThrownBy(() -> sql(servers, "select 1")).isInstanceOf(SQLException.class);
            servers.restart(Part.POSTGRES);
            assertThat(sql(servers, "select word from kept")).isEqualTo("durable");
            assertThat(sql(servers, "show fsync")).isEqualTo("on");
            assertThat(sql(servers, "show synchronous_commit")).isEqualTo("on");
            assertThat(sql(servers, "show full_page_writes")).isEqualTo("on");
        }
    }

    @Test void letters_of_every_script_are_letters_to_search_and_order(@TempDir Path dir) throws Exception {
        try (Embedded servers = Embedded.start(dir, Set.of(Part.POSTGRES))) {
            sql(servers, "create extension pg_trgm");
            assertThat(sql(servers, "select show_trgm('חלב')::text")).contains("0x");
            assertThat(sql(servers, "select upper('straße ñ')")).contains("Ñ");
        }
    }

    @Test void two_shops_in_two_folders_do_not_collide(@TempDir Path here, @TempDir Path there) {
        try (Embedded one = Embedded.start(here, Set.of(Part.POSTGRES, Part.REDIS));
            Embedded other = Embedded.start(there, Set.of(Part.POSTGRES, Part.REDIS))) {
            assertThat(one.settings().values()).doesNotContainAnyElementsOf(other.settings().values());
        }
    }

    @Test void a_second_shop_in_the_same_folder_is_told_so_and_how_to_join(@TempDir Path dir) throws Exception {
        try (Embedded one = Embedded.start(dir, Set.of(Part.REDIS))) {
            redis(one, "SET");
            // Guard: the lock file.
            assertThatThrownBy(() -> Embedded.start(dir, Set.of(Part.REDIS)))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("in use by another shop")
                .hasMessageContaining("SPRING_DATA_REDIS_URL=" + one.settings().get("spring.data.redis.url"));
            assertThat(redis(one, "GET")).isEqualTo("redis");
        }
    }

    @Test void only_what_is_not_configured_is_started() {
        var environment = new MockEnvironment();
        assertThat(EmbeddedServers.missing(environment)).isEqualTo(ALL);
        environment.setProperty("spring.r2dbc.url", "r2dbc:postgresql://db/shop");
        assertThat(EmbeddedServers.missing(environment)).containsExactlyInAnyOrder(Part.REDIS, Part.KAFKA);
        environment.setProperty("spring.data.redis.host", "cache");
        environment.setProperty("spring.kafka.bootstrap-servers", "kafka:9092");
        assertThat(EmbeddedServers.missing(environment)).isEmpty();
    }

    private static String sql(Embedded servers, String... statements) throws SQLException {
        String url = servers.settings().getOrDefault("spring.r2dbc.url", "");
        try (var connection = DriverManager.getConnection("jdbc" + url.substring("r2dbc".length())
            .replace("millrace:millrace@", "") + "?user=millrace");
            var statement = connection.createStatement()) {
            String answer = "";
            for (String sql : statements)
                if (statement.execute(sql)) {
                    statement.getResultSet().next();
                    answer = statement.getResultSet().getString(1);
                }
            return answer;
        }
    }

    private static String redis(Embedded servers, String what) {
        try (var client = RedisClient.create(servers.settings().get("spring.data.redis.url"));
            var connection = client.connect()) {
            return what.equals("SET") ? connection.sync().set("kept", "redis") : connection.sync().get("kept");
        }
    }

    private static void send(Embedded servers, String word) throws Exception {
        try (Admin admin = Admin.create(kafka(servers))) {
            admin.createTopics(List.of(new NewTopic("kept", 1, (short) 1))).all().get(20, TimeUnit.SECONDS);
        }
        try (var producer = new KafkaProducer<>(kafka(servers), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("kept", "word", word)).get(20, TimeUnit.SECONDS);
        }
    }

    private static String receive(Embedded servers) {
        try (var consumer = new KafkaConsumer<>(kafka(servers), new StringDeserializer(), new StringDeserializer())) {
            var partition = new TopicPartition("kept", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            return consumer.poll(Duration.ofSeconds(20)).iterator().next().value();
        }
    }

    private static Properties kafka(Embedded servers) {
        var properties = new Properties();
        properties.put("bootstrap.servers", servers.settings().get("spring.kafka.bootstrap-servers"));
        return properties;
    }
}
