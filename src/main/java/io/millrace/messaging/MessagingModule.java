package io.millrace.messaging;

import io.millrace.postgres.Postgres;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class MessagingModule {
    @Bean Messaging messaging(Postgres postgres, ObjectProvider<InTransaction<?>> inboxes, Waker waker) {
        return new Messaging(postgres, inboxes, waker);
    }

    @Bean Waker waker() {
        return () -> {};
    }
}
