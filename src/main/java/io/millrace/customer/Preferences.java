package io.millrace.customer;

import io.millrace.channel.Channel;
import io.millrace.http.Fields;
import io.millrace.http.Json;
import io.millrace.postgres.Postgres;
import io.r2dbc.spi.Parameters;
import java.time.ZoneId;
import java.util.Currency;
import java.util.HashMap;
import java.util.IllformedLocaleException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// The cellar of preferences: one row for each person who ever said one; who never did has the channel's.
final class Preferences {
    private static final int WORD_CHARS_MAX = 64;
    private static final Set<String> LANGUAGES = Set.of(Locale.getISOLanguages());

    private final Postgres postgres;

    Preferences(Postgres postgres) {
        this.postgres = postgres;
    }

    /// Which ways a person may be written to. What belongs to an order goes out by mail whatever is chosen for news.
    record Channels(boolean email, boolean sms, boolean whatsapp, boolean push, boolean marketing) {
        static final Channels USUAL = new Channels(true, false, false, false, false);
    }

    /// What a client says about the ways; what it leaves out is as usual.
    record TypedChannels(@Nullable Boolean email, @Nullable Boolean sms, @Nullable Boolean whatsapp,
        @Nullable Boolean push, @Nullable Boolean marketing) {
        Channels orUsual() {
            Channels usual = Channels.USUAL;
            return new Channels(email == null ? usual.email() : email, sms == null ? usual.sms() : sms,
                whatsapp == null ? usual.whatsapp() : whatsapp, push == null ? usual.push() : push,
                marketing == null ? usual.marketing() : marketing);
        }
    }

    /// Null is "as the channel has it". `version` is 0 where nothing was ever said.
    record Said(@Nullable String locale, @Nullable String currency, @Nullable String timeZone, Channels ways,
        long version) {
        static final Said NOTHING = new Said(null, null, null, Channels.USUAL, 0);

        String locale(Channel channel) {
            return locale != null ? locale : channel.locale().toLanguageTag();
        }

        String currency(Channel channel) {
            return currency != null ? currency : channel.currency().getCurrencyCode();
        }

        String timeZone(Channel channel) {
            return timeZone != null ? timeZone : channel.timeZone().getId();
        }
    }

    /// What a client says, understood: a language of BCP 47, a currency of ISO 4217, a time zone of the tz database.
    static Said checked(@Nullable String locale, @Nullable String currency, @Nullable String timeZone,
        @Nullable TypedChannels ways, Fields fields) {
        String language = fields.optionalText("locale", locale, WORD_CHARS_MAX);
        String tag = language == null ? null : tag(language);
        if (language != null && tag == null) fields.wrong("locale", "is not a language (BCP 47) such as en-US");
        String money = fields.optionalText("currency", currency, WORD_CHARS_MAX);
        fields.must("currency", money, Preferences::isCurrency, "is not a currency (ISO 4217)");
        String zone = fields.optionalText("time_zone", timeZone, WORD_CHARS_MAX);
        fields.must("time_zone", zone, ZoneId.getAvailableZoneIds()::contains,
            "is not a time zone such as Africa/Accra");
        return new Said(tag, money, zone, ways == null ? Channels.USUAL : ways.orUsual(), 0);
    }

    private static @Nullable String tag(String text) {
        try {
            Locale locale = new Locale.Builder().setLanguageTag(text).build();
            return LANGUAGES.contains(locale.getLanguage()) ? locale.toLanguageTag() : null;
        } catch (IllformedLocaleException e) {
            return null;
        }
    }

    private static boolean isCurrency(String code) {
        return Currency.getAvailableCurrencies().stream().anyMatch(known -> known.getCurrencyCode().equals(code));
    }

    Mono<Said> of(UUID account) {
        return postgres.query("""
            select locale, currency, time_zone, version, json_build_object('email', email, 'sms', sms, 'whatsapp',
                   whatsapp, 'push', push, 'marketing', marketing)::text as ways
              from customer.preferences where account = :account
            """, Map.of("account", account), row -> new Said(row.get("locale", String.class),
            row.get("currency", String.class), row.get("time_zone", String.class),
            Json.OURS.readValue(Objects.requireNonNull(row.get("ways", String.class)), Channels.class),
            Objects.requireNonNull(row.get("version", Long.class)))).singleOrEmpty().defaultIfEmpty(Said.NOTHING);
    }

    /// The version that is kept now; empty when another than the expected one was there.
    Mono<Long> put(UUID account, Said said, OptionalLong expected) {
        Map<String, Object> binds = new HashMap<>(Map.of("account", account, "email", said.ways().email(), "sms",
            said.ways().sms(), "whatsapp", said.ways().whatsapp(), "push", said.ways().push(), "marketing",
            said.ways().marketing(), "any", expected.isEmpty(), "expected", expected.orElse(0)));
        for (var text : List.of(new Text("locale", said.locale()), new Text("currency", said.currency()),
            new Text("time_zone", said.timeZone())))
            binds.put(text.name(), text.value() == null ? Parameters.in(String.class) : text.value());
        return postgres.query("""
            insert into customer.preferences as kept
                   (account, locale, currency, time_zone, email, sms, whatsapp, push, marketing, version)
            select :account, :locale, :currency, :time_zone, :email, :sms, :whatsapp, :push, :marketing, 1
             where :any or :expected = 0
                or exists (select from customer.preferences where account = :account)
            on conflict (account) do update set locale = excluded.locale, currency = excluded.currency,
                time_zone = excluded.time_zone, email = excluded.email, sms = excluded.sms,
                whatsapp = excluded.whatsapp, push = excluded.push, marketing = excluded.marketing,
                version = kept.version + 1
             where :any or kept.version = :expected
            returning version
            """, binds, row -> Objects.requireNonNull(row.get("version", Long.class))).singleOrEmpty();
    }

    Mono<Long> erase(UUID account) {
        return postgres.update("delete from customer.preferences where account = :account",
            Map.of("account", account));
    }

    private record Text(String name, @Nullable String value) {}
}
