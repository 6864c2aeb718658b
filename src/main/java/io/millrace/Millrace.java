package io.millrace;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/// The whole shop: `main` and nothing else.
@SpringBootApplication
public class Millrace {
    private static final String LOOPS = "reactor.netty.ioWorkerCount";

    public static void main(String[] args) {
        // Reactor Netty makes at least four event loops; with more than cores they only wake each other
        if (System.getProperty(LOOPS) == null)
            System.setProperty(LOOPS, Integer.toString(Runtime.getRuntime().availableProcessors()));
        SpringApplication.run(Millrace.class, args);
    }
}
