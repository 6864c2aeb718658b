package io.millrace;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/// The whole shop: `main` and nothing else.
@SpringBootApplication
public class Millrace {
    public static void main(String[] args) {
        SpringApplication.run(Millrace.class, args);
    }
}
