package io.millrace.jobs;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class JobsModule {
    @Bean ShopClock clock() {
        return new ShopClock();
    }

    @Bean StartWork startWork(ObjectProvider<AtStart> works) {
        return new StartWork(works);
    }
}
