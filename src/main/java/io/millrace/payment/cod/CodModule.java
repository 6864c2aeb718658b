package io.millrace.payment.cod;

import io.millrace.payment.PaymentProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class CodModule {
    @Bean PaymentProvider cashOnDelivery() {
        return new CashOnDelivery();
    }
}
