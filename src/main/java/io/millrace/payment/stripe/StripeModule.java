package io.millrace.payment.stripe;

import io.millrace.payment.PaymentProvider;
import java.util.function.Supplier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(StripeSettings.class)
class StripeModule {
    @Bean PaymentProvider stripe(StripeSettings settings, Environment environment) {
        Supplier<String> baseUrl = settings.baseUrl().startsWith("/")
            ? () -> "http://127.0.0.1:" + environment.getRequiredProperty("local.server.port") + settings.baseUrl()
            : settings::baseUrl;
        return new Stripe(settings, new StripeCalls(settings, baseUrl));
    }
}
