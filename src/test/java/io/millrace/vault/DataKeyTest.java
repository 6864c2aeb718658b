package io.millrace.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataKeyTest {
    private static final Place HERE = Place.of("orders", "1");
    private final DataKey key = DataKey.fresh();

    /// The 256-bit cases 13, 14 and 16 of McGrew and Viega, "The Galois/Counter Mode of Operation", which NIST took.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0000000000000000000000000000000000000000000000000000000000000000 | 000000000000000000000000 | '' | '' | \
        530f8afbc74536b9a963b4f1c4cb738b
        0000000000000000000000000000000000000000000000000000000000000000 | 000000000000000000000000 | '' | \
        00000000000000000000000000000000 | cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919
        feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308 | cafebabefacedbaddecaf888 | \
        feedfacedeadbeeffeedfacedeadbeefabaddad2 | \
        d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
        1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39 | \
        522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
        8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b
        """) void it_is_the_gcm_of_the_book(String secret, String iv, String associated, String clear, String sealed) {
        var aes = new SecretKeySpec(hex(secret), "AES");
        assertThat(DataKey.sealed(aes, hex(iv), hex(associated), hex(clear))).isEqualTo(hex(sealed));
        assertThat(DataKey.opened(aes, hex(iv), hex(associated), hex(sealed))).isEqualTo(hex(clear));
    }

    @Test void what_was_sealed_opens_again_in_its_place_and_never_looks_the_same() {
        byte[] sealed = key.seal(HERE, "Ada, 12 St James's Square");
        assertThat(key.openText(HERE, sealed)).isEqualTo("Ada, 12 St James's Square");
        assertThat(key.seal(HERE, "Ada, 12 St James's Square")).isNotEqualTo(sealed);
        assertThat(new String(sealed, java.nio.charset.StandardCharsets.ISO_8859_1)).doesNotContain("Ada");
    }

    @Test void no_byte_of_it_can_be_changed_nor_any_taken_away() {
        byte[] sealed = key.seal(HERE, "Ada");
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> key.open(HERE, changed)).as("byte " + i).isInstanceOf(Tampered.class);
            byte[] shorter = java.util.Arrays.copyOf(sealed, i);
            assertThatThrownBy(() -> key.open(HERE, shorter)).as("cut at " + i).isInstanceOf(Tampered.class);
        }
    }

    @Test void it_opens_in_no_other_row_column_or_table_and_with_no_other_persons_key() {
        byte[] sealed = key.seal(HERE, "Ada");
        for (Place other : List.of(Place.of("orders", "2"), Place.of("accounts", "1"), Place.of("orders\0", "1"),
            Place.of("order", "s1")))
            assertThatThrownBy(() -> key.open(other, sealed)).isInstanceOf(Tampered.class);
        assertThatThrownBy(() -> DataKey.fresh().open(HERE, sealed)).isInstanceOf(Tampered.class);
    }

    @Test void a_wrapped_key_belongs_to_its_person_and_names_its_master() {
        Masters masters = Masters.of(List.of(secret(1), secret(2)));
        UUID ada = UUID.randomUUID();
        byte[] wrapped = masters.wrap(Masters.of(ada), key);
        assertThat(masters.unwrap(Masters.of(ada), wrapped).secret()).isEqualTo(key.secret());
        assertThatThrownBy(() -> masters.unwrap(Masters.of(UUID.randomUUID()), wrapped)).isInstanceOf(Tampered.class);
        assertThat(Masters.of(List.of(secret(3), secret(1))).unwrap(Masters.of(ada), wrapped).secret())
            .as("an older master key still opens").isEqualTo(key.secret());
        assertThatThrownBy(() -> Masters.of(List.of(secret(3))).unwrap(Masters.of(ada), wrapped))
            .hasMessageContaining("millrace.vault.keys does not name");
    }

    @Test void bad_master_keys_are_refused_without_being_told() {
        for (String bad : List.of("c2hvcnQ=", "not base64 at all!", secret(1) + "AAAA"))
            assertThatThrownBy(() -> Masters.of(List.of(bad))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("millrace.vault.keys").hasMessageNotContaining(bad);
        assertThat(new VaultSettings(List.of(secret(1))).toString()).doesNotContain(secret(1));
        assertThat(key.toString()).isEqualTo("DataKey");
    }

    static String secret(int number) {
        byte[] bytes = new byte[DataKey.KEY_BYTES];
        bytes[0] = (byte) number;
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
