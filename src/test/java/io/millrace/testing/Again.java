package io.millrace.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/// A test that is run once, or `-Drepeat=50` times in one JVM before it is trusted.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(Again.Times.class)
public @interface Again {
    /// As often as the system property says.
    class Times implements TestTemplateInvocationContextProvider {
        @Override public boolean supportsTestTemplate(ExtensionContext context) {
            return true;
        }

        @Override public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
            ExtensionContext context) {
            return IntStream.rangeClosed(1, Integer.getInteger("repeat", 1)).mapToObj(Time::new);
        }
    }

    /// One of the times.
    record Time(int number) implements TestTemplateInvocationContext {
        @Override public String getDisplayName(int index) {
            return "time " + number;
        }
    }
}
