package io.millrace.payment;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class PaymentModule {
    @Bean Payments payments() {
        return new Payments(new Opening(), new Settling(), new Refunds(), new PaymentRows(), new Providers());
    }
}
