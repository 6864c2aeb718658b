package io.millrace.privacy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.millrace.testing.Database;
import io.millrace.testing.Shop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// Looks for words in everything a shop keeps: each row of each table, each key and value of Redis, each record of each
/// topic, each file of the servers. Answers where it found something, with what.
final class Everywhere {
    private final Shop shop;
    private final Pattern words;

    Everywhere(Shop shop, Pattern words) {
        this.shop = shop;
        this.words = words;
    }

    /// Every table there is, generated from the catalogue: a new one is looked into as well.
    List<String> inTables() {
        Database database = shop.database();
        List<String> found = new ArrayList<>();
        for (Map<String, ?> table : database.rows("""
            select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
             where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
             order by 1"""))
            for (Map<String, ?> row : database.rows("select t::text as row from " + table.get("name") + " t"))
                look("table " + table.get("name"), String.valueOf(row.get("row")), found);
        return found;
    }

    List<String> inRedis() {
        List<String> found = new ArrayList<>();
        RedisURI uri = RedisURI.create(Objects.requireNonNull(shop.setting("spring.data.redis.url")));
        uri.setDatabase(Integer.parseInt(Objects.requireNonNull(shop.setting("spring.data.redis.database"))));
        RedisClient client = RedisClient.create(uri);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            RedisCommands<String, String> redis = connection.sync();
            for (String key : redis.keys("*")) {
                look("redis key", key, found);
                look("redis " + key, switch (redis.type(key)) {
                    case "string" -> String.valueOf(redis.get(key));
                    case "hash" -> redis.hgetall(key).toString();
                    case "list" -> redis.lrange(key, 0, -1).toString();
                    case "set" -> redis.smembers(key).toString();
                    case "zset" -> redis.zrange(key, 0, -1).toString();
                    default -> "";
                }, found);
            }
        } finally {
            client.shutdown();
        }
        return found;
    }

    List<String> inTopics() {
        List<String> found = new ArrayList<>();
        String prefix = Objects.requireNonNull(shop.setting("millrace.messaging.topic-prefix"));
        Map<String, Object> settings = Map.of("bootstrap.servers",
            Objects.requireNonNull(shop.setting("spring.kafka.bootstrap-servers")), "auto.offset.reset", "earliest",
            "enable.auto.commit", false);
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.listTopics().entrySet().stream()
                .filter(topic -> topic.getKey().startsWith(prefix)).flatMap(topic -> topic.getValue().stream())
                .map(info -> new TopicPartition(info.topic(), info.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue()))
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500)))
                    look("topic " + record.topic(), text(record.key()) + text(record.value())
                        + Stream.of(record.headers().toArray()).map(header -> text(header.value())).toList(), found);
        }
        return found;
    }

    /// The files of the servers, but not PostgreSQL's log of changes, which is thrown away by itself. Rows that are no
    /// more are cleaned away first, as autovacuum does it in time. Files are many bytes, so only for the marks as they
    /// were written: other alphabets are looked for in the tables.
    List<String> inFiles(Path folder, Collection<String> marks) {
        shop.database().execute("vacuum full");
        shop.database().execute("checkpoint");
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).filter(file -> !file.toString().contains("pg_wal"))
                .toList()) {
                String text = text(bytes(file));
                for (String mark : marks) if (text.contains(mark)) found.add("file " + file + ": " + mark);
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// PostgreSQL puts files away while we look; what is gone says nothing.
    private static byte[] bytes(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException gone) {
            return new byte[0];
        }
    }

    List<String> in(String where, String text) {
        List<String> found = new ArrayList<>();
        look(where, text, found);
        return found;
    }

    private void look(String where, String text, List<String> found) {
        Matcher matcher = words.matcher(text);
        if (matcher.find()) found.add(where + ": " + matcher.group());
    }

    /// A character for each byte.
    private static String text(byte[] bytes) {
        return bytes == null ? "" : new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
