package io.millrace.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;

/// ASVS 5.0 V11.4: hashes are what others take for Argon2id, also with memory that was used for other passwords before.
class Argon2Test {
    private final Argon2 ours = new Argon2();
    private final Argon2PasswordEncoder springs =
        new Argon2PasswordEncoder(16, 32, 1, Argon2.MEMORY_KIB, Argon2.PASSES);

    @Test void spring_security_reads_what_we_write_and_we_what_it_writes() {
        for (String password : List.of("correct horse", "\u043f\u0430\u0440\u043e\u043b\u044c", "x".repeat(128))) {
            String written = ours.encode(password);
            assertThat(springs.matches(password, written)).as(written).isTrue();
            assertThat(ours.matches(password, springs.encode(password))).isTrue();
            assertThat(ours.matches(password + " ", written)).isFalse();
        }
    }

    /// Guard: the pool of blocks; without it each hash takes 19 MiB from the heap.
    @Test void a_thread_that_hashed_before_takes_next_to_no_memory_for_the_next_hash() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        String hash = ours.encode("correct horse");
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThat(ours.matches("correct horse", hash)).isTrue();
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1024 * Argon2.MEMORY_KIB / 4);
    }

    @Test void threads_that_keep_their_memory_do_not_mix_passwords_up() {
        List<String> hashes = IntStream.range(0, 8).mapToObj(i -> ours.encode("password " + i)).toList();
        assertThat(IntStream.range(0, 64).parallel().allMatch(i -> ours.matches("password " + i % 8, hashes.get(i % 8))
            && !ours.matches("password " + (i + 1) % 8, hashes.get(i % 8)))).isTrue();
    }

    @Test void a_hash_of_other_parameters_is_read_and_outdated_when_they_are_weaker() {
        String weak = springs(4_096, 1).encode("correct horse");
        String strong = springs(2 * Argon2.MEMORY_KIB, 3).encode("correct horse");
        assertThat(ours.matches("correct horse", weak)).isTrue();
        assertThat(ours.isOutdated(weak)).isTrue();
        assertThat(ours.matches("correct horse", strong)).isTrue();
        assertThat(ours.isOutdated(strong)).isFalse();
    }

    private static Argon2PasswordEncoder springs(int kib, int passes) {
        return new Argon2PasswordEncoder(16, 32, 1, kib, passes);
    }

    @Test void what_is_no_hash_is_nobodys() {
        for (String text : List.of("", "correct horse", "$argon2id$v=19$m=19456,t=2,p=1$",
            "$2a$10$N9qo8uLOickgx2ZMRZoMye",
            Argon2.nobodys())) assertThat(ours.matches("correct horse", text)).as(text).isFalse();
    }
}
