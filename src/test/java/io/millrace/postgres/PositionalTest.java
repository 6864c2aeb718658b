package io.millrace.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class PositionalTest {
    private final List<Write.Slot> slots = new ArrayList<>();

    private String positional(String text) {
        return Write.positional(text, 0, "_2", new HashMap<>(), slots);
    }

    @Test void a_name_becomes_a_place_and_keeps_it() {
        assertThat(positional("select :a, :b_2, :a")).isEqualTo("select $1, $2, $1");
        assertThat(slots).extracting(Write.Slot::bind).containsExactly("a", "b_2");
    }

    @Test void casts_and_slices_are_left_alone() {
        assertThat(positional("select :a::uuid[], x::text, y[1:2], y[:n]"))
            .isEqualTo("select $1::uuid[], x::text, y[1:2], y[$2]");
    }

    @Test void quoted_text_and_names_are_left_alone() {
        assertThat(positional("select 'it''s :a {i}', \"odd :b\", E'a\\':c', :d"))
            .isEqualTo("select 'it''s :a {i}', \"odd :b\", E'a\\':c', $1");
    }

    @Test void comments_are_left_alone_even_with_an_apostrophe_in_them() {
        assertThat(positional("select 1 -- don't take :a\n, :b /* nor :c's */, :d - 1"))
            .isEqualTo("select 1 -- don't take :a\n, $1 /* nor :c's */, $2 - 1");
    }

    @Test void dollar_quoted_text_is_left_alone() {
        assertThat(positional("select $$ :a $$, $x$ :b $$ $x$, :c")).isEqualTo("select $$ :a $$, $x$ :b $$ $x$, $1");
    }

    @Test void the_occurrence_number_goes_where_the_braces_are() {
        assertThat(positional("row{i} as (select :a{i})")).isEqualTo("row_2 as (select $1_2)");
    }
}
