package io.millrace.imports;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.ProductDraft;
import io.millrace.catalog.Saved;
import io.millrace.channel.Channel;
import io.millrace.http.Api;
import io.millrace.http.Ids;
import io.millrace.imports.ImportEvent.ImportAdvanced;
import io.millrace.imports.ImportEvent.ImportEnded;
import io.millrace.imports.ImportEvent.ImportStarted;
import io.millrace.imports.ImportEvent.Tally;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import java.io.InputStream;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;

/// Imports a file as it streams in: a batch is read, written and answered before the next one is asked for, so memory
/// does not grow with the file. Lines that were settled stay settled; a run that was cut off goes on after them, and
/// one that is run again changes nothing.
public final class Imports {
    /// Entries written by one statement.
    private static final int BATCH_ENTRIES = 200;

    private final Catalog catalog;
    private final Messaging messaging;
    private final Runs runs;
    private final Ids ids;
    private final InstantSource clock;
    private final Scheduler workers;

    Imports(Catalog catalog, Messaging messaging, Runs runs, Ids ids, InstantSource clock, Scheduler workers) {
        this.catalog = catalog;
        this.messaging = messaging;
        this.runs = runs;
        this.ids = ids;
        this.clock = clock;
        this.workers = workers;
    }

    /// What became of some lines of the file.
    public record Outcome(List<Long> lines, String key, String outcome, @Nullable UUID productId, List<String> notes,
        Map<String, List<String>> errors) {}

    /// The end of the answer: what the run came to.
    public record Summary(UUID importId, String status, long line, Tally tally, String reason) {}

    /// One import under way; used by one pipeline at a time.
    private static final class Progress {
        private final UUID id;
        private long version;
        private long line;
        private final long skipTo;
        private Tally tally;

        Progress(UUID id, long version, long line, Tally tally) {
            this.id = id;
            this.version = version;
            this.line = line;
            this.skipTo = line;
            this.tally = tally;
        }
    }

    /// Reads a whole NDJSON file that is already here: an [Outcome] for every entry and a [Summary].
    public Flux<Object> ndjson(InputStream in, Channel channel) {
        return run(in, false, channel, null, null, run -> List.of());
    }

    /// Runs a new import, or goes on with one that was cut off. Emits an [Outcome] for every entry and a [Summary].
    /// `along` is written with the beginning of the run.
    Flux<Object> run(InputStream in, boolean csv, Channel channel, @Nullable UUID by, Runs.@Nullable Run cutOff,
        Function<UUID, List<Piece>> along) {
        return Mono.fromCallable(() -> open(in, csv, channel)).subscribeOn(workers)
            .flatMapMany(opened -> begin(opened.format(), channel, by, cutOff, along)
                .flatMapMany(progress -> all(opened.feed(), channel, progress)));
    }

    private record Opened(Feed feed, Format format) {}

    private Opened open(InputStream in, boolean csv, Channel channel) {
        if (!csv) return new Opened(new NdjsonFeed(in, channel), Format.NDJSON);
        Sheet sheet = new Sheet(in);
        if (sheet.hasColumn("Handle")) return new Opened(new ShopifyFeed(sheet, channel), Format.SHOPIFY);
        if (sheet.hasColumn("Type") && sheet.hasColumn("SKU"))
            return new Opened(
                new WooFeed(sheet, channel, LocalDate.ofInstant(clock.instant(), channel.timeZone())),
                Format.WOOCOMMERCE);
        throw new Feed.UnreadableFile(1, "the header is neither Shopify's (Handle) nor WooCommerce's (Type, SKU)");
    }

    private Mono<Progress> begin(Format format, Channel channel, @Nullable UUID by, Runs.@Nullable Run cutOff,
        Function<UUID, List<Piece>> along) {
        if (cutOff != null)
            return messaging.commit(Change.of(Runs.resume(cutOff)).with(along.apply(cutOff.id()))
                .tells(advanced(new Progress(cutOff.id(), cutOff.version() + 1, cutOff.line(), cutOff.tally()))))
                .thenReturn(new Progress(cutOff.id(), cutOff.version() + 1, cutOff.line(), cutOff.tally()));
        UUID id = ids.next();
        return messaging.commit(Change.of(Runs.start(id, channel.code(), format, by, clock.instant()))
            .with(along.apply(id))
            .tells(new ImportStarted(ids.next(), 1, clock.instant(), id, channel.code(), format.word())))
            .thenReturn(new Progress(id, 1, 0, Tally.NONE));
    }

    private Flux<Object> all(Feed feed, Channel channel, Progress progress) {
        return entries(feed)
            .filter(entry -> entry.lastLine() > progress.skipTo)
            .buffer(BATCH_ENTRIES)
            // a file that breaks off waits for the batch under way: it moves the run on, and the end comes after it
            .concatMapDelayError(batch -> Api.detached(batch(batch, channel, progress)), false, 1)
            .concatMapIterable(outcomes -> outcomes)
            .cast(Object.class)
            .concatWith(Mono.defer(() -> Api.detached(end(progress, true, ""))))
            .onErrorResume(Feed.UnreadableFile.class, broken -> Api.detached(end(progress, false,
                "line " + broken.line() + ": " + broken.reason())))
            .doFinally(signal -> feed.close());
    }

    /// Pulled on a worker, because the file is read with blocking calls.
    private Flux<Entry> entries(Feed feed) {
        return Flux.generate((SynchronousSink<Entry> sink) -> {
            if (feed.hasNext()) sink.next(feed.next());
            else sink.complete();
        }).subscribeOn(workers);
    }

    private Mono<List<Outcome>> batch(List<Entry> entries, Channel channel, Progress progress) {
        List<Group> groups = groups(entries);
        List<String> paths = groups.stream().flatMap(group -> group.categories.stream()).distinct().toList();
        Mono<Map<String, UUID>> shelves = paths.isEmpty() ? Mono.just(Map.of())
            : catalog.categories(channel.code(), paths);
        return shelves
            .flatMap(known -> save(groups, known))
            .map(saved -> outcomes(entries, groups, saved))
            .flatMap(outcomes -> advance(entries, outcomes, progress).thenReturn(outcomes));
    }

    private Mono<List<Saved>> save(List<Group> groups, Map<String, UUID> shelves) {
        if (groups.isEmpty()) return Mono.just(List.of());
        return catalog.save(groups.stream().map(group -> group.draft(shelves)).toList(),
            Catalog.Repeats.CHANGE_NOTHING);
    }

    /// Entries of one product in one batch are one draft: a parent and its variations.
    private static List<Group> groups(List<Entry> entries) {
        Map<String, Group> groups = new LinkedHashMap<>();
        AtomicLong nameless = new AtomicLong();
        for (Entry entry : entries) {
            if (!(entry.content() instanceof Entry.Content.Wanted wanted)) continue;
            String key = wanted.draft().externalKey() != null ? wanted.draft().externalKey()
                : "line " + nameless.incrementAndGet();
            groups.computeIfAbsent(key, k -> new Group()).add(entry, wanted);
        }
        return List.copyOf(groups.values());
    }

    private static List<Outcome> outcomes(List<Entry> entries, List<Group> groups, List<Saved> saved) {
        Map<Entry, Saved> byEntry = new java.util.IdentityHashMap<>();
        for (int i = 0; i < groups.size(); i++)
            for (Entry entry : groups.get(i).entries) byEntry.put(entry, saved.get(i));
        return entries.stream().map(entry -> outcome(entry, byEntry.get(entry))).toList();
    }

    private static Outcome outcome(Entry entry, @Nullable Saved saved) {
        if (entry.content() instanceof Entry.Content.Refused(var errors))
            return new Outcome(entry.lines(), entry.key(), "refused", null, List.of(), errors);
        List<String> notes = ((Entry.Content.Wanted) entry.content()).notes();
        return switch (saved) {
            case Saved.Created(var product) -> new Outcome(entry.lines(), entry.key(), "created", product.id(), notes,
                Map.of());
            case Saved.Changed(var product) -> new Outcome(entry.lines(), entry.key(), "changed", product.id(), notes,
                Map.of());
            case Saved.Unchanged(var product) -> new Outcome(entry.lines(), entry.key(), "unchanged", product.id(),
                notes, Map.of());
            case Saved.Invalid(var errors) -> new Outcome(entry.lines(), entry.key(), "refused", null, List.of(),
                errors);
            case Saved.Stale(var id, var version) -> new Outcome(entry.lines(), entry.key(), "refused", id, List.of(),
                Map.of("version", List.of("somebody changed the product meanwhile")));
            case Saved.Absent(var id) -> new Outcome(entry.lines(), entry.key(), "refused", null, List.of(),
                Map.of("id", List.of("is not a product of this channel")));
            case null -> throw new IllegalStateException("no answer for line " + entry.lines());
        };
    }

    private Mono<Void> advance(List<Entry> entries, List<Outcome> outcomes, Progress progress) {
        Tally more = new Tally(count(outcomes, "created"), count(outcomes, "changed"), count(outcomes, "unchanged"),
            count(outcomes, "refused"));
        List<Entry> refused = new ArrayList<>();
        for (Outcome outcome : outcomes)
            if (outcome.outcome().equals("refused"))
                refused.add(new Entry(outcome.lines(), outcome.key(), new Entry.Content.Refused(outcome.errors())));
        long line = entries.getLast().lastLine();
        Change change = Change.of(Runs.advance(progress.id, progress.version, line, more, refused));
        progress.version++;
        progress.line = line;
        progress.tally = progress.tally.plus(more);
        return messaging.commit(change.tells(advanced(progress))).then();
    }

    private Mono<Object> end(Progress progress, boolean whole, String reason) {
        Change change = Change.of(Runs.end(progress.id, progress.version, progress.line, whole, reason,
            clock.instant()));
        progress.version++;
        return messaging.commit(change.tells(new ImportEnded(ids.next(), progress.version, clock.instant(),
            progress.id, progress.tally, reason)))
            .thenReturn(new Summary(progress.id, whole ? "done" : "interrupted", progress.line, progress.tally,
                reason));
    }

    private ImportAdvanced advanced(Progress progress) {
        return new ImportAdvanced(ids.next(), progress.version, clock.instant(), progress.id, progress.line,
            progress.tally);
    }

    private static long count(List<Outcome> outcomes, String word) {
        return outcomes.stream().filter(outcome -> outcome.outcome().equals(word)).count();
    }

    /// The entries of a batch that speak of one product.
    private static final class Group {
        private final List<Entry> entries = new ArrayList<>();
        private final List<String> categories = new ArrayList<>();
        private @Nullable ProductDraft draft;

        void add(Entry entry, Entry.Content.Wanted wanted) {
            entries.add(entry);
            categories.addAll(wanted.categories());
            draft = draft == null ? wanted.draft() : merged(draft, wanted.draft());
        }

        ProductDraft draft(Map<String, UUID> shelves) {
            ProductDraft d = Objects.requireNonNull(draft);
            List<UUID> on = categories.stream().map(shelves::get).filter(Objects::nonNull).distinct().toList();
            return new ProductDraft(d.id(), d.channel(), d.externalKey(), d.slug(), d.name(), d.type(), d.status(),
                d.shortDescription(), d.description(), d.brand(), d.taxCategory(), d.seller(), d.attributes(),
                d.images(), categories.isEmpty() ? null : on, d.featured(), d.variants(), d.variantsComplete(),
                d.version());
        }

        /// The one that has a name is the product; the others add variants.
        private static ProductDraft merged(ProductDraft first, ProductDraft second) {
            ProductDraft d = first.name() != null ? first : second;
            List<io.millrace.catalog.VariantDraft> variants = new ArrayList<>();
            if (first.variants() != null) variants.addAll(first.variants());
            if (second.variants() != null) variants.addAll(second.variants());
            return new ProductDraft(d.id(), d.channel(), d.externalKey(), d.slug(), d.name(), d.type(), d.status(),
                d.shortDescription(), d.description(), d.brand(), d.taxCategory(), d.seller(), d.attributes(),
                d.images(), d.categories(), d.featured(), variants, d.variantsComplete(), d.version());
        }
    }
}
