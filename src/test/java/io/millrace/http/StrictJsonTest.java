package io.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Shop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Attacks 3, 4, 5 and 35 at the level of values: what is not exactly what we read is refused, and at once.
class StrictJsonTest {
    private static final Duration FAST = Duration.ofMillis(50);
    private final Shop shop = Shop.shared();

    static Stream<Arguments> malformed() {
        return Stream.of(
            Arguments.of("nothing", ""), Arguments.of("null", "null"), Arguments.of("no object", "[]"),
            Arguments.of("a word", "\"hello\""), Arguments.of("a number", "7"), Arguments.of("half", "{\"text\":"),
            Arguments.of("two documents", "{}{}"), Arguments.of("a comma more", "{\"count\":1,}"),
            Arguments.of("single quotes", "{'count':1}"), Arguments.of("a comment", "{/* */}"),
            Arguments.of("NaN", "{\"count\":NaN}"), Arguments.of("a leading zero", "{\"count\":01}"),
            Arguments.of("a plus", "{\"count\":+1}"), Arguments.of("depth 100,000", "[".repeat(100_000)),
            Arguments.of("depth 33", "{\"attributes\":{\"a\":" + "[".repeat(33) + "]".repeat(33) + "}}"),
            Arguments.of("a string of 70 KiB", "{\"text\":\"" + "x".repeat(70 * 1024) + "\"}"),
            Arguments.of("a number of 100,000 digits", "{\"count\":" + "9".repeat(100_000) + "}"),
            Arguments.of("a name of 300 letters", "{\"" + "x".repeat(300) + "\":1}"),
            Arguments.of("a name twice", "{\"text\":\"a\",\"text\":\"b\"}"),
            Arguments.of("a name twice, inside", "{\"attributes\":{\"a\":1,\"a\":2}}"),
            Arguments.of("half a surrogate pair", "{\"text\":\"\\ud800\"}"),
            Arguments.of("the other half", "{\"text\":\"\\udc00\\ud800\"}"),
            Arguments.of("half a pair as a name", "{\"attributes\":{\"\\ud800\":1}}"),
            Arguments.of("NUL", "{\"text\":\"a\\u0000b\"}"),
            Arguments.of("a control in a string", "{\"text\":\"a\nb\"}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed") void what_is_no_json_of_ours_is_400_within_50_ms(String name, String body) {
        assertThat(fast(body.getBytes(StandardCharsets.UTF_8), 400).code()).isEqualTo("malformed");
    }

    static Stream<Arguments> bytes() {
        byte[] bom = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf, '{', '}'};
        byte[] overlong = {'{', '"', 't', 'e', 'x', 't', '"', ':', '"', (byte) 0xc0, (byte) 0xaf, '"', '}'};
        byte[] surrogate =
            {'{', '"', 't', 'e', 'x', 't', '"', ':', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', '}'};
        return Stream.of(Arguments.of("a byte order mark", bom), Arguments.of("an overlong character", overlong),
            Arguments.of("a surrogate in UTF-8", surrogate),
            Arguments.of("UTF-16", "{}".getBytes(StandardCharsets.UTF_16BE)),
            Arguments.of("UTF-16 the other way", "{}".getBytes(StandardCharsets.UTF_16LE)),
            Arguments.of("UTF-32", "{}".getBytes(java.nio.charset.Charset.forName("UTF-32BE"))),
            Arguments.of("Latin-1", "{\"text\":\"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bytes") void what_is_no_utf_8_is_400(String name, byte[] body) {
        assertThat(fast(body, 400).code()).isEqualTo("malformed");
    }

    static Stream<Arguments> invalid() {
        return Stream.of(
            Arguments.of("count", "{\"count\":1e400}"), Arguments.of("count", "{\"count\":1.5}"),
            Arguments.of("count", "{\"count\":0.5}"), Arguments.of("count", "{\"count\":1.0}"),
            Arguments.of("count", "{\"count\":2147483648}"), Arguments.of("count", "{\"count\":\"1\"}"),
            Arguments.of("count", "{\"count\":\"\"}"), Arguments.of("count", "{\"count\":true}"),
            Arguments.of("count", "{\"count\":[1]}"), Arguments.of("count", "{\"count\":{}}"),
            Arguments.of("latitude", "{\"latitude\":1e400}"), Arguments.of("latitude", "{\"latitude\":\"1\"}"),
            Arguments.of("text", "{\"text\":1}"), Arguments.of("text", "{\"text\":true}"),
            Arguments.of("text", "{\"text\":[\"a\"]}"), Arguments.of("flag", "{\"flag\":\"true\"}"),
            Arguments.of("flag", "{\"flag\":1}"), Arguments.of("items[1]", "{\"items\":[1,\"2\"]}"),
            Arguments.of("role", "{\"role\":\"admin\"}"), Arguments.of("@class", "{\"@class\":\"java.lang.Runtime\"}"),
            Arguments.of("__proto__", "{\"__proto__\":{}}"),
            Arguments.of("price", "{\"price\":1.50}"), Arguments.of("price", "{\"price\":\"1.50\"}"),
            Arguments.of("price", "{\"price\":{\"amount\":1.50,\"currency\":\"USD\"}}"),
            Arguments.of("price", "{\"price\":{\"amount\":\"1.505\",\"currency\":\"USD\"}}"),
            Arguments.of("price", "{\"price\":{\"amount\":\"1.5\",\"currency\":\"JPY\"}}"),
            Arguments.of("price", "{\"price\":{\"amount\":\"1e3\",\"currency\":\"USD\"}}"),
            Arguments.of("price", "{\"price\":{\"amount\":\"999999999999999999999\",\"currency\":\"USD\"}}"),
            Arguments.of("price", "{\"price\":{\"amount\":\"1\",\"currency\":\"XXX\"}}"),
            Arguments.of("price", "{\"price\":{\"amount\":\"1\",\"currency\":\"ZZZ\"}}"),
            Arguments.of("price", "{\"price\":{\"amount\":\"1\",\"currency\":\"USD\",\"x\":1}}"));
    }

    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("invalid") void what_is_understood_but_wrong_is_422_naming_the_field(String field, String body) {
        Answer answer = fast(body.getBytes(StandardCharsets.UTF_8), 422);
        assertThat(answer.json().path("errors").propertyNames()).containsExactly(field);
    }

    @Test void what_is_right_comes_back_as_it_went_in() {
        String body = "{\"text\":\"caf\u00e9 \\\\u0000 \ud83d\ude00 \\ud83d\\ude00\",\"count\":2147483647,"
            + "\"price\":{\"amount\":\"1.234\",\"currency\":\"KWD\"},\"latitude\":-0.5,\"flag\":true,\"items\":[1,2]}";
        Answer answer = shop.client().post("/api/v1/probe/echo", body).expect(200);
        assertThat(answer.data().path("text").asString()).isEqualTo("caf\u00e9 \\u0000 \ud83d\ude00 \ud83d\ude00");
        assertThat(answer.data().path("price").path("amount").asString()).isEqualTo("1.234");
        assertThat(answer.data().path("latitude").asDouble()).isEqualTo(-0.5);
    }

    private Answer fast(byte[] body, int status) {
        shop.client().post("/api/v1/probe/echo", body).expect(status);
        long start = System.nanoTime();
        Answer answer = shop.client().post("/api/v1/probe/echo", body).expect(status);
        // A busy machine may take its time once; a parser that works too hard takes it always.
        if (System.nanoTime() - start > FAST.toNanos()) {
            start = System.nanoTime();
            shop.client().post("/api/v1/probe/echo", body).expect(status);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(FAST.multipliedBy(4));
        }
        return answer;
    }
}
