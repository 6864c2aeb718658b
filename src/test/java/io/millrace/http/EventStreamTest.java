package io.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.testing.EventReader;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class EventStreamTest {
    private final Shop shop = Shop.shared();
    private final Streams streams = new Streams(new SimpleMeterRegistry(), java.util.List::of);

    private static Reply.Event event(String id, Object data) {
        return new Reply.Event(id, "probe", data);
    }

    /// A reader that takes one write at a time, and each only when told.
    private static final class Reader extends BaseSubscriber<Publisher<DataBuffer>> {
        final StringBuilder heard = new StringBuilder();
        final List<Publisher<DataBuffer>> writes = new ArrayList<>();
        boolean done;

        @Override protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(32);
        }

        @Override protected void hookOnNext(Publisher<DataBuffer> write) {
            writes.add(write);
        }

        @Override protected void hookOnComplete() {
            done = true;
        }

        void take() {
            while (!writes.isEmpty()) {
                request(1);
                Mono.from(writes.removeFirst())
                    .subscribe(buffer -> heard.append(buffer.toString(java.nio.charset.StandardCharsets.UTF_8)));
            }
        }
    }

    private Reader read(Flux<Reply.Event> source) {
        Reader reader = new Reader();
        new EventStream(source, DefaultDataBufferFactory.sharedInstance, streams, null, null).subscribe(reader);
        return reader;
    }

    private void seconds(int count) {
        for (int i = 0; i < count; i++) streams.turn();
    }

    @Test void a_browser_hears_events_with_id_name_and_data_in_order() throws Exception {
        String name = UUID.randomUUID().toString();
        try (EventReader reader = shop.client().events("/api/v1/probe/events/" + name)) {
            assertThat(reader.response().headers().firstValue("Content-Type")).contains("text/event-stream");
            assertThat(reader.response().headers().firstValue("Cache-Control")).contains("no-store");
            Eventually.holds("the stream greets", () -> "2000".equals(reader.retry()));
            for (int i = 1; i <= 100; i++)
                ProbeRoutes.stream(name).tryEmitNext(event(Integer.toString(i), Map.of("i", i)));
            List<EventReader.Event> heard = reader.awaitCount(100, Duration.ofSeconds(10));
            assertThat(heard.stream().map(EventReader.Event::id))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 100).mapToObj(Integer::toString).toList());
            assertThat(heard.getFirst().name()).isEqualTo("probe");
            assertThat(heard.getFirst().data()).isEqualTo("{\"i\":1}");
        }
    }

    /// Attack 31, the part of the lines: nothing in a name makes an event or an id of its own.
    @Test void text_cannot_break_out_of_its_event() {
        String evil = "mug\r\nid: 99\r\nevent: paid\r\ndata: {}\r\n\r\n\u2028";
        String frame = new String(EventStream.frame(new Reply.Event("1\nid: 2", "probe\revent: x",
            Map.of("name", evil))), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(frame.split("[\r\n]", -1)).hasSize(5);
        assertThat(frame).startsWith("id: 1 id: 2\nevent: probe event: x\ndata: {\"name\":\"mug\\r\\nid: 99");
        byte[] ready = "{\n \"a\":1\r\n}".getBytes();
        assertThat(new String(EventStream.frame(event("1", ready)))).endsWith("data: {  \"a\":1  }\n\n");
        assertThat(ready[1]).isEqualTo((byte) '\n');
    }

    @Test void an_idle_stream_beats_every_fifteen_seconds() {
        Reader reader = read(Flux.never());
        reader.take();
        assertThat(reader.heard.toString()).isEqualTo("retry: 2000\n\n");
        for (int minute = 0; minute < 4; minute++) {
            seconds(Streams.HEARTBEAT_SECONDS);
            reader.take();
        }
        assertThat(reader.heard.toString()).isEqualTo("retry: 2000\n\n" + ":\n\n".repeat(4));
    }

    @Test void a_slow_reader_is_asked_for_no_more_than_its_share_and_gets_all_of_it_in_one_write() {
        List<Long> asked = new ArrayList<>();
        Reader reader = read(Flux.range(1, 1_000).map(i -> event(Integer.toString(i), i)).doOnRequest(asked::add));
        assertThat(asked).containsExactly((long) EventStream.EVENTS_MAX);
        assertThat(reader.writes).hasSize(1);
        while (!reader.done) reader.take();
        assertThat(reader.heard.toString().lines().filter(line -> line.startsWith("id:")).count()).isEqualTo(1_000);
        assertThat(asked).allMatch(n -> n <= EventStream.EVENTS_MAX);
        assertThat(streams.open()).isZero();
    }

    @Test void a_reader_that_takes_nothing_is_cut_after_thirty_seconds() {
        Sinks.Many<Reply.Event> sink = Sinks.many().multicast().directBestEffort();
        Reader reader = read(sink.asFlux());
        reader.take();
        seconds(Streams.STALL_SECONDS);
        assertThat(streams.open()).isOne();
        seconds(Streams.HEARTBEAT_SECONDS * 2);
        assertThat(streams.open()).isZero();
        assertThat(sink.currentSubscriberCount()).isZero();
        assertThat(reader.done).isFalse();
    }

    @Test void an_old_stream_and_a_closing_shop_say_when_to_come_back() {
        Reader old = read(Flux.never());
        for (int i = 0; i <= Streams.LIFE_SECONDS + Streams.HEARTBEAT_SECONDS; i++) {
            streams.turn();
            old.take();
        }
        assertThat(old.done).isTrue();
        assertThat(old.heard.toString()).matches("(?s).*retry: [2-6]\\d{3}\n\n");
        Reader young = read(Flux.never());
        streams.stop();
        while (!young.done) young.take();
        Reader late = read(Flux.never());
        while (!late.done) late.take();
        assertThat(late.done).isTrue();
        assertThat(streams.open()).isZero();
    }

    @Test void a_source_that_fails_ends_its_stream_after_what_it_told() {
        Reader reader = read(Flux.concat(Flux.just(event("1", 1)), Flux.error(new IllegalStateException("too slow"))));
        while (!reader.done) reader.take();
        assertThat(reader.heard.toString()).endsWith("id: 1\nevent: probe\ndata: 1\n\n");
        assertThat(streams.open()).isZero();
    }

    @Test void who_hangs_up_is_let_go() {
        Sinks.Many<Reply.Event> sink = Sinks.many().multicast().directBestEffort();
        Reader reader = read(sink.asFlux());
        reader.cancel();
        assertThat(sink.currentSubscriberCount()).isZero();
        assertThat(streams.open()).isZero();
    }

    @Test void over_http_a_hang_up_frees_the_stream_and_closing_the_shop_ends_it() throws IOException {
        String name = UUID.randomUUID().toString();
        try (Shop own = Shop.shared().secondNode()) {
            EventReader gone = own.client().events("/api/v1/probe/events/" + name);
            EventReader stays = own.client().events("/api/v1/probe/events/" + name);
            Streams live = own.bean(Streams.class);
            Eventually.holds("two streams are open", () -> live.open() == 2);
            assertThat(own.client().get("/actuator/prometheus").text()).contains("millrace_sse_connections 2.0");
            gone.close();
            Eventually.holds("one is left", () -> live.open() == 1);
            own.close();
            Eventually.holds("the other was told to come back", stays::ended);
            assertThat(Integer.parseInt(String.valueOf(stays.retry()))).isBetween(2_000, 6_000);
        }
    }
}
