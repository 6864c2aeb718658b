package io.millrace.audit;

import static java.util.Objects.requireNonNull;

import io.millrace.postgres.Postgres;
import io.millrace.vault.Vault;
import io.r2dbc.spi.Readable;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Puts committed entries into the chain, and looks through it. Two who seal at once cannot both win: the number of a
/// link is unique, and the slower one's whole statement is rolled back.
final class Seals {
    private static final int ENTRIES_PER_STEP = 500;
    private static final int LINKS_PER_LOOK = 1_000;
    private static final String PURPOSE = "audit";
    private static final HexFormat HEX = HexFormat.of();

    private final Postgres postgres;
    private final Vault vault;

    Seals(Postgres postgres, Vault vault) {
        this.postgres = postgres;
        this.vault = vault;
    }

    /// What a look through the whole chain found; `unsealed` entries wait for the next sealing.
    record Verdict(boolean intact, long sealed, long unsealed, String head, Chain.@Nullable Broken broken) {}

    private record Waiting(long position, String words) {}

    /// Seals all that waits; answers how many.
    Mono<Long> seal() {
        return step().expand(done -> done < ENTRIES_PER_STEP ? Mono.empty() : step()).reduce(0L, Long::sum);
    }

    private Mono<Long> step() {
        return waiting().collectList().flatMap(entries -> entries.isEmpty() ? Mono.just(0L)
            : head().flatMap(head -> append(links(head, entries))));
    }

    private Flux<Waiting> waiting() {
        return postgres.query("""
            select e.position, audit.text(e) as words
              from (select position from audit.waiting order by position limit :many) w
                   join audit.entries e on e.position = w.position
             order by e.position
            """, Map.of("many", ENTRIES_PER_STEP), row -> new Waiting(number(row, "position"),
            requireNonNull(row.get("words", String.class))));
    }

    private Mono<Chain.Head> head() {
        return postgres.query("select sequence, hash from audit.seals order by sequence desc limit 1", Map.of(),
            row -> new Chain.Head(number(row, "sequence"), bytes(row, "hash"))).singleOrEmpty()
            .defaultIfEmpty(Chain.Head.NONE);
    }

    private List<Chain.Link> links(Chain.Head head, List<Waiting> entries) {
        List<Chain.Link> links = new ArrayList<>();
        Chain.Head last = head;
        for (Waiting entry : entries) {
            Chain.Link link = Chain.next(last, entry.position, entry.words, this::mac);
            links.add(link);
            last = new Chain.Head(link.sequence(), link.hash());
        }
        return links;
    }

    private Mono<Long> append(List<Chain.Link> links) {
        return postgres.update("""
            with sealed as (
                insert into audit.seals (sequence, entry, hash, mac)
                select sequence, entry, decode(hash, 'hex'), decode(mac, 'hex')
                  from unnest(:sequences::bigint[], :entries::bigint[], :hashes::text[], :macs::text[])
                       as link(sequence, entry, hash, mac)
                returning entry)
            delete from audit.waiting where position in (select entry from sealed)
            """, Map.of("sequences", all(links, Chain.Link::sequence).toArray(Long[]::new),
            "entries", all(links, Chain.Link::entry).toArray(Long[]::new),
            "hashes", all(links, link -> HEX.formatHex(link.hash())).toArray(String[]::new),
            "macs", all(links, link -> HEX.formatHex(link.mac())).toArray(String[]::new)));
    }

    /// Looks at every link from the first on, in portions. `kept` is a head that somebody noted before, or empty.
    Mono<Verdict> verify(String kept) {
        return look(Chain.Looked.NOTHING).flatMap(looked -> looked.broken() != null ? Mono.just(looked)
            : loose().<Chain.Looked>map(loose -> new Chain.Looked(looked.head(), loose)).defaultIfEmpty(looked))
            .flatMap(looked -> looked.broken() != null || kept.isEmpty() ? Mono.just(looked)
                : holds(kept).map(holds -> holds ? looked : new Chain.Looked(looked.head(),
                    new Chain.Broken(null, null, "the chain does not hold the head that was kept"))))
            .flatMap(looked -> unsealed().map(unsealed -> new Verdict(looked.broken() == null,
                looked.head().sequence(), unsealed, looked.head().text(), looked.broken())));
    }

    private Mono<Chain.Looked> look(Chain.Looked sofar) {
        return page(sofar.head().sequence()).collectList().flatMap(links -> {
            Chain.Looked now = Chain.look(sofar, links, this::mac);
            return links.size() < LINKS_PER_LOOK || now.broken() != null ? Mono.just(now) : look(now);
        });
    }

    private Flux<Chain.Link> page(long after) {
        return postgres.query("""
            select s.sequence, s.entry, s.hash, s.mac, case when e.position is not null then audit.text(e) end as words
              from audit.seals s left join audit.entries e on e.position = s.entry
             where s.sequence > :after order by s.sequence limit :many
            """, Map.of("after", after, "many", LINKS_PER_LOOK), row -> new Chain.Link(number(row, "sequence"),
            number(row, "entry"), bytes(row, "hash"), bytes(row, "mac"), row.get("words", String.class)));
    }

    /// An entry that neither is sealed nor waits for it was put in past the shop; one that waits must be there.
    private Mono<Chain.Broken> loose() {
        return postgres.query("""
            select position, reason from (
                select w.position, 'gone before it was sealed' as reason from audit.waiting w
                 where not exists (select from audit.entries e where e.position = w.position)
                union all
                select e.position, 'never sealed, and not waiting for it' from audit.entries e
                 where not exists (select from audit.seals s where s.entry = e.position)
                   and not exists (select from audit.waiting w where w.position = e.position)) loose
             order by position limit 1
            """, Map.of(), row -> new Chain.Broken(null, number(row, "position"),
            requireNonNull(row.get("reason", String.class)))).singleOrEmpty();
    }

    private Mono<Boolean> holds(String kept) {
        String[] parts = kept.split(":", 2);
        return postgres.query("select encode(hash, 'hex') as hash from audit.seals where sequence = :sequence",
            Map.of("sequence", Long.parseLong(parts[0])), row -> parts[1].equals(row.get("hash", String.class)))
            .singleOrEmpty().defaultIfEmpty(false);
    }

    private Mono<Long> unsealed() {
        return postgres.query("select count(*) as n from audit.waiting", Map.of(), row -> number(row, "n")).single();
    }

    private byte[] mac(byte[] message) {
        return vault.mac(PURPOSE, message);
    }

    private static <T> List<T> all(List<Chain.Link> links, Function<Chain.Link, T> part) {
        return links.stream().map(part).toList();
    }

    private static long number(Readable row, String name) {
        return requireNonNull(row.get(name, Long.class), name);
    }

    private static byte[] bytes(Readable row, String name) {
        return requireNonNull(row.get(name, byte[].class), name);
    }
}
