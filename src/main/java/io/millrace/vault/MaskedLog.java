package io.millrace.vault;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;

/// Nothing private leaves by the log, whatever format it has and whoever wrote the line: every encoder is wrapped by
/// one that masks ([Masks#line]) what comes out of it, messages, contexts and stack traces alike.
final class MaskedLog implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {
    /// Just after Spring Boot has set up the log.
    @Override public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE + 21;
    }

    @Override public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) return;
        for (Logger logger : context.getLoggerList())
            for (Iterator<Appender<ILoggingEvent>> all = logger.iteratorForAppenders(); all.hasNext();)
                if (all.next() instanceof OutputStreamAppender<ILoggingEvent> appender) mask(appender);
    }

    static void mask(OutputStreamAppender<ILoggingEvent> appender) {
        Encoder<ILoggingEvent> encoder = appender.getEncoder();
        if (encoder == null || encoder instanceof Masking) return;
        Masking masking = new Masking(encoder);
        masking.setContext(appender.getContext());
        masking.start();
        appender.setEncoder(masking);
    }

    private static final class Masking extends EncoderBase<ILoggingEvent> {
        private final Encoder<ILoggingEvent> encoder;

        Masking(Encoder<ILoggingEvent> encoder) {
            this.encoder = encoder;
        }

        @Override public byte[] headerBytes() {
            return encoder.headerBytes();
        }

        @Override public byte[] encode(ILoggingEvent event) {
            byte[] line = encoder.encode(event);
            return Masks.line(new String(line, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        }

        @Override public byte[] footerBytes() {
            return encoder.footerBytes();
        }
    }
}
