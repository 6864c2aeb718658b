package io.millrace.notification;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.audit.Audit;
import io.millrace.http.Api;
import io.millrace.http.PublicUrl;
import io.millrace.identity.Identity;
import io.millrace.identity.IdentityEvent;
import io.millrace.jobs.Jobs;
import io.millrace.messaging.Subscription;
import io.millrace.postgres.Postgres;
import io.millrace.twofactor.TwoFactorEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(NotificationSettings.class)
class NotificationModule {
    private static final Duration SWEPT_EVERY = Duration.ofHours(1);

    @Bean Mails notificationMails(Postgres postgres) {
        return new Mails(postgres);
    }

    @Bean Postbox postbox(Mails mails, Identity identity, NotificationSettings settings, PublicUrl url,
        MeterRegistry meters, InstantSource clock, Environment environment, Jobs jobs) {
        String configured = settings.sendgrid().baseUrl();
        Supplier<String> baseUrl = configured.startsWith("/")
            ? () -> "http://127.0.0.1:" + environment.getRequiredProperty("local.server.port") + configured
            : () -> configured;
        Postbox postbox =
            new Postbox(mails, identity, new Sendgrid(settings, baseUrl, clock), settings, url, meters, clock);
        if (settings.enabled()) jobs.every(Postbox.NAME, Postbox.EVERY, postbox::round);
        jobs.every("notification.sweep", SWEPT_EVERY, postbox::sweep);
        return postbox;
    }

    @Bean RouterFunction<ServerResponse> mailApi(Api api, Mails mails, Audit audit, InstantSource clock) {
        return new MailRoutes(mails, audit, clock).table(api);
    }

    @Bean NotificationInbox notificationInbox(Mails mails, NotificationSettings settings, InstantSource clock,
        Jobs jobs) {
        return new NotificationInbox(mails, clock, () -> {
            if (settings.enabled()) jobs.wake(Postbox.NAME);
        });
    }

    @Bean Subscription<IdentityEvent> peopleToTell(NotificationInbox inbox) {
        return Subscription.of("notification", IdentityEvent.class, inbox::identity);
    }

    @Bean Subscription<TwoFactorEvent> factorsToTell(NotificationInbox inbox) {
        return Subscription.of("notification-factors", TwoFactorEvent.class, inbox::twoFactor);
    }
}
