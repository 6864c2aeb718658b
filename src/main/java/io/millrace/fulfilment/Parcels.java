package io.millrace.fulfilment;

import static java.util.Objects.requireNonNull;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/// The cellar of parcels.
final class Parcels {
    private final Postgres postgres;

    Parcels(Postgres postgres) {
        this.postgres = postgres;
    }

    static Piece insert(UUID id, String ref, Parcel.Stage stage, @Nullable String carrier, @Nullable String number,
        Instant at) {
        return Piece.of("""
            parcel_row as (
                insert into fulfilment.parcels (id, ref, stage, carrier, tracking_number, version, packed_at,
                    shipped_at)
                values (:id, :ref, :stage, :carrier, :number, 1, :at,
                    case when :stage = 'shipped' then :at::timestamptz end)
                on conflict (ref) do nothing
                returning id)""")
            .bind("id", id).bind("ref", ref).bind("stage", stage.word()).bind("carrier", carrier, String.class)
            .bind("number", number, String.class).bind("at", at)
            .check("exists (select from parcel_row)", Refused.STALE);
    }

    static Piece move(Parcel parcel, Parcel.Stage stage, @Nullable String carrier, @Nullable String number,
        Instant at) {
        return Piece.of("""
            parcel_moved as (
                update fulfilment.parcels
                   set stage = :stage, carrier = :carrier, tracking_number = :number, version = version + 1,
                       shipped_at = case when :stage = 'shipped' then :at else shipped_at end,
                       delivered_at = case when :stage = 'delivered' then :at else delivered_at end
                 where id = :id and version = :before
                returning id)""")
            .bind("stage", stage.word()).bind("carrier", carrier, String.class)
            .bind("number", number, String.class).bind("at", at).bind("id", parcel.id())
            .bind("before", parcel.version())
            .check("exists (select from parcel_moved)", Refused.STALE);
    }

    Flux<Parcel> of(String ref) {
        return postgres.query("""
            select id, ref, stage, carrier, tracking_number, version, packed_at, shipped_at, delivered_at
              from fulfilment.parcels where ref = :ref order by id
            """, Map.of("ref", ref), Parcels::parcel);
    }

    private static Parcel parcel(Readable row) {
        String carrier = row.get("carrier", String.class);
        String number = row.get("tracking_number", String.class);
        return new Parcel(requireNonNull(row.get("id", UUID.class)), requireNonNull(row.get("ref", String.class)),
            Parcel.Stage.valueOf(requireNonNull(row.get("stage", String.class)).toUpperCase(Locale.ROOT)), carrier,
            number, Carriers.link(carrier, number), requireNonNull(row.get("version", Long.class)),
            row.get("packed_at", Instant.class), row.get("shipped_at", Instant.class),
            row.get("delivered_at", Instant.class));
    }
}
