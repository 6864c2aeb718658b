package io.millrace.notification;

import java.time.Duration;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// `millrace.notification.*`. `enabled`: whether this node sends; what it does not send waits. `shop` is what mails
/// call us; `pages-url` is where their links lead (empty: the public URL). A base URL of SendGrid that begins with a
/// slash is on this shop's own port (the sandbox).
@ConfigurationProperties("millrace.notification")
record NotificationSettings(@DefaultValue("true") boolean enabled, @DefaultValue("Millrace") String shop,
    @DefaultValue("") String pagesUrl, @DefaultValue Sendgrid sendgrid) {

    NotificationSettings {
        if (shop.isBlank() || shop.chars().anyMatch(Character::isISOControl))
            throw new IllegalArgumentException("millrace.notification.shop must be a name on one line");
    }

    record Sendgrid(@DefaultValue("https://api.sendgrid.com") String baseUrl, @DefaultValue("") String apiKey,
        @DefaultValue("") String from, @DefaultValue("5s") Duration timeout) {
        private static final Duration TIMEOUT_MAX = Duration.ofSeconds(30);
        private static final Pattern ADDRESS = Pattern.compile("[^\\s@<>\"]+@[^\\s@<>\".]+(\\.[^\\s@<>\".]+)+");

        Sendgrid {
            if (apiKey.isBlank())
                throw new IllegalArgumentException("millrace.notification.sendgrid.api-key is missing or blank");
            if (!ADDRESS.matcher(from).matches())
                throw new IllegalArgumentException("millrace.notification.sendgrid.from must be an e-mail address");
            if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(TIMEOUT_MAX) > 0)
                throw new IllegalArgumentException("millrace.notification.sendgrid.timeout is above 0, at most 30 s");
        }

        String domain() {
            return from.substring(from.indexOf('@') + 1);
        }

        /// Secrets stay out of logs.
        @Override public String toString() {
            return "Sendgrid[" + baseUrl + ", " + from + "]";
        }
    }
}
