package io.millrace.vault;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.ByteArrayOutputStream;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MasksTest {
    @Test void people_recognise_their_own_and_others_nothing() {
        assertThat(Masks.phone("+233 20 123 4567")).isEqualTo("+*** ** *** 4567");
        assertThat(Masks.email("ada.lovelace@example.com")).isEqualTo("a**********e@example.com");
        assertThat(Masks.email("a@example.com")).isEqualTo("*@example.com");
        assertThat(Masks.card("4242424242424242")).isEqualTo("************4242");
        assertThat(Masks.text("GHA-123456789-0")).isEqualTo("G*************0");
        assertThat(Masks.text("Zoë")).isEqualTo("Z*ë");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        mail to ada.lovelace@example.com failed      | mail to a**********e@example.com failed
        phone +233201234567, +44 20 7946 0958        | phone +********4567, +** ** **** 0958
        {"phone":"0201234567","n":1}                 | {"phone":"******4567","n":1}
        paid with 4242 4242 4242 4242.               | paid with **** 4242.
        card=378282246310005                         | card=**** 0005
        Authorization: Bearer eyJhbGciOiJFUzI1NiJ9.e | Authorization: Bearer ***
        got eyJhbGciOi.eyJzdWIiOiIx.c2lnbmF0dXJl ok  | got *** ok
        key sk_test_4eC39HqLyjWDarjt, whsec_abcdef12 | key sk_***, whsec_***
        {"password":"correct horse","a":1}           | {"password":***,"a":1}
        login password=hunter2&x=1                   | login password=***&x=1
        at postgresql://shop:s3cret@db.example:5432/ | at postgresql://shop:***@db.example:5432/
        """) void a_line_of_the_log_loses_what_is_private(String line, String masked) {
        assertThat(Masks.line(line)).isEqualTo(masked);
    }

    @ParameterizedTest
    @ValueSource(strings = {"request 0198c2f0-1234-7123-8123-123456789012 failed",
        "order PEC-7H3K9QZ at 2026-11-21T00:12:13.123456Z took 1234567 us", "position 1234567890123456789",
        "at io.millrace.http.Api.answer(Api.java:123)", "listens on 127.0.0.1:54321 and [::1]:8080",
        "1700000000000 1732147200000123456", "total 149.99 USD + 12.00",
        "traceparent 00-4bf92f3577b34da6a3ce929d0e0e4736",
        "millrace.payment.webhooks{provider=stripe} 4006381333931"}) void what_is_not_private_stays_as_it_is(
            String line) {
        assertThat(Masks.line(line)).isEqualTo(line);
    }

    @Test void card_numbers_are_found_however_they_are_spaced_and_other_numbers_are_not() {
        for (String card : new String[]{"4242424242424242", "4242 4242 4242 4242", "4242-4242-4242-4242",
            "5555555555554444", "2223003122003222", "378282246310005", "6011111111111117", "3056930009020004",
            "30569309025904", "3566002020360505", "6200000000000005"})
            assertThat(CardNumbers.in("take " + card + ", please")).as(card)
                .hasValue("**** " + card.substring(card.length() - 4));
        for (String other : new String[]{"4242424242424241", "+4915123456789012", "4006381333931",
            UUID.randomUUID().toString(), "01980000-4242-7242-8242-424242424242", "42424242424242424242",
            "9400111899223197428490", "1732147200000123", "a4242424242424242", "0000000000000000"})
            assertThat(CardNumbers.in(other)).as(other).isEmpty();
    }

    @Test void looking_for_cards_costs_a_body_next_to_nothing() {
        byte[] body = "{\"name\":\"Ada\",\"phone\":\"+233201234567\",\"line1\":\"12 St James's Square\"}".repeat(30)
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 200; round++) {
            long before = System.nanoTime();
            for (int i = 0; i < 50; i++) assertThat(CardNumbers.mayBeIn(body)).isFalse();
            best = Math.min(best, (System.nanoTime() - before) / 50);
        }
        System.out.printf("looking for card numbers in %d bytes: %d ns%n", body.length, best);
        assertThat(best).isLessThan(100_000);
    }

    @Test void every_encoder_of_the_log_is_wrapped_once() {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new ch.qos.logback.classic.util.LogbackMDCAdapter());
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%msg %ex%n");
        encoder.start();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.setOutputStream(out);
        MaskedLog.mask(appender);
        var masking = appender.getEncoder();
        MaskedLog.mask(appender);
        assertThat(appender.getEncoder()).isSameAs(masking);
        appender.start();
        appender.doAppend(new LoggingEvent("x", context.getLogger("test"), Level.WARN, "no mail to {}",
            new IllegalStateException("ada@example.com is unknown"), new Object[]{"ada@example.com"}));
        assertThat(out.toString()).contains("no mail to a*a@example.com", "a*a@example.com is unknown")
            .doesNotContain("ada@");
    }
}
