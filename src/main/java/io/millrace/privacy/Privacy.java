package io.millrace.privacy;

import io.millrace.http.Ids;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.vault.PersonalRecords;
import io.millrace.vault.Vault;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.function.SingletonSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Exports and erases a person from the records that the rooms give as beans.
final class Privacy {
    private final Supplier<List<PersonalRecords>> records;
    private final Postgres postgres;
    private final Messaging messaging;
    private final Vault vault;
    private final Ids ids;
    private final InstantSource clock;

    Privacy(ObjectProvider<PersonalRecords> records, Postgres postgres, Messaging messaging, Vault vault, Ids ids,
        InstantSource clock) {
        this.records = SingletonSupplier.of(() -> named(records.stream()
            .sorted(Comparator.comparing(PersonalRecords::section)).toList()));
        this.postgres = postgres;
        this.messaging = messaging;
        this.vault = vault;
        this.ids = ids;
        this.clock = clock;
    }

    private static List<PersonalRecords> named(List<PersonalRecords> all) {
        Set<String> names = new HashSet<>();
        for (PersonalRecords one : all)
            if (!names.add(one.section())) throw new IllegalStateException("two sections are called " + one.section());
        return all;
    }

    /// Everything of the person as a ZIP of JSON, a file for each section, as fast as it is taken: one record is held
    /// at a time, whatever the account's size.
    Flux<byte[]> export(UUID account) {
        return Flux.defer(() -> {
            Instant now = clock.instant();
            Zip zip = new Zip(now);
            Flux<Zip> about = Flux.just(zip).map(open -> open.begin("about").add(Map.of("account", account, "at", now,
                "sections", records.get().stream().map(PersonalRecords::section).toList())).end());
            return about.concatWith(Flux.fromIterable(records.get()).concatMap(one -> section(zip, one, account), 0))
                .concatWith(Mono.fromSupplier(zip::finish))
                .map(Zip::drained).filter(bytes -> bytes.length > 0);
        });
    }

    private static Flux<Zip> section(Zip zip, PersonalRecords records, UUID account) {
        return Mono.fromSupplier(() -> zip.begin(records.section()))
            .concatWith(Flux.from(records.of(account)).map(zip::add))
            .concatWith(Mono.fromSupplier(zip::end));
    }

    /// Erases the person in one transaction: each room removes or pseudonymises its own, then the key is taken away.
    /// `entry` is the account of it. Orders, payments and the book stay, without a name.
    Mono<Void> erase(UUID account, Piece entry) {
        Change change = Change.of(vault.forget(account), entry).named("erase")
            .tells(new PrivacyEvent.PersonErased(ids.next(), account, clock.instant()));
        return postgres.transactionalAgain(Flux.fromIterable(records.get())
            .concatMap(one -> one.erase(account).thenReturn(one.section()))
            .then(Mono.defer(() -> messaging.commit(change))))
            .doOnNext(done -> vault.drop(account)).then();
    }
}
