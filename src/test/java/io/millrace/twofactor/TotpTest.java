package io.millrace.twofactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.LuminanceSource;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The vectors of RFC 4226 (appendix D), RFC 6238 (appendix B) and RFC 4648 (section 10), and what we add to them.
class TotpTest {
    private static final byte[] SECRET = ascii(20);

    private static byte[] ascii(int length) {
        return "1234567890".repeat(7).substring(0, length).getBytes(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @CsvSource({"0,755224", "1,287082", "2,359152", "3,969429", "4,338314", "5,254676", "6,287922", "7,162583",
        "8,399871", "9,520489"}) void codes_over_a_counter_are_those_of_rfc_4226(long counter, String code) {
        assertThat(Totp.code(SECRET, counter, 6, Totp.SHA1)).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({"59,94287082,46119246,90693936,287082", "1111111109,07081804,68084774,25091201,081804",
        "1111111111,14050471,67062674,99943326,050471", "1234567890,89005924,91819424,93441116,005924",
        "2000000000,69279037,90698825,38618901,279037",
        "20000000000,65353130,77737706,47863826,353130"}) void codes_over_the_clock_are_those_of_rfc_6238(long at,
            String sha1, String sha256, String sha512, String six) {
        long step = Totp.step(Instant.ofEpochSecond(at));
        assertThat(Totp.code(SECRET, step, 8, Totp.SHA1)).isEqualTo(sha1);
        assertThat(Totp.code(ascii(32), step, 8, "HmacSHA256")).isEqualTo(sha256);
        assertThat(Totp.code(ascii(64), step, 8, "HmacSHA512")).isEqualTo(sha512);
        assertThat(Totp.code(SECRET, step, 6, Totp.SHA1)).isEqualTo(six);
    }

    @ParameterizedTest
    @CsvSource({"f,MY", "fo,MZXQ", "foo,MZXW6", "foob,MZXW6YQ", "fooba,MZXW6YTB", "foobar,MZXW6YTBOI",
        "12345678901234567890,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}) void base32_is_that_of_rfc_4648(String text,
            String base32) {
        assertThat(Base32.of(text.getBytes(StandardCharsets.US_ASCII))).isEqualTo(base32);
    }

    @Test void a_code_of_the_step_before_or_after_is_good_and_one_further_away_is_not() {
        Instant now = Instant.ofEpochSecond(1_800_000_000);
        long step = Totp.step(now);
        for (int off = -1; off <= 1; off++)
            assertThat(Totp.accepted(SECRET, Totp.code(SECRET, step + off, 6, Totp.SHA1), now, 0))
                .hasValue(step + off);
        for (int off : new int[]{-3, -2, 2, 3})
            assertThat(Totp.accepted(SECRET, Totp.code(SECRET, step + off, 6, Totp.SHA1), now, 0)).isEmpty();
    }

    @Test void a_code_that_was_accepted_and_every_older_one_is_refused() {
        Instant now = Instant.ofEpochSecond(1_800_000_000);
        long step = Totp.step(now);
        assertThat(Totp.accepted(SECRET, Totp.code(SECRET, step, 6, Totp.SHA1), now, step)).isEmpty();
        assertThat(Totp.accepted(SECRET, Totp.code(SECRET, step - 1, 6, Totp.SHA1), now, step)).isEmpty();
        assertThat(Totp.accepted(SECRET, Totp.code(SECRET, step + 1, 6, Totp.SHA1), now, step)).hasValue(step + 1);
    }

    @Test void what_is_no_code_is_never_one() {
        Instant now = Instant.ofEpochSecond(59);
        for (String text : new String[]{"", "287 082", "28708", "2870820", "２８７０８２", "287082\n", "-87082"})
            assertThat(Totp.accepted(SECRET, text, now, 0)).as(text).isEmpty();
    }

    @Test void the_address_for_apps_names_issuer_and_account_once_encoded() {
        assertThat(Totp.uri("Mill & Race", "ann+1@example.com", SECRET)).isEqualTo(
            "otpauth://totp/Mill%20%26%20Race:ann%2B1%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                + "&issuer=Mill%20%26%20Race&algorithm=SHA1&digits=6&period=30");
    }

    @Test void the_qr_code_is_a_png_that_a_scanner_reads() throws Exception {
        String uri = Totp.uri("Millrace", "a-rather-long-name-of-somebody@a-rather-long-domain.example", SECRET);
        byte[] png = QrCode.png(uri);
        assertThat(png).hasSizeLessThan(4_000);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        assertThat(image.getWidth()).isEqualTo(image.getHeight()).isGreaterThan(200);
        LuminanceSource light = new RGBLuminanceSource(image.getWidth(), image.getHeight(),
            image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth()));
        assertThat(new QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(light))).getText()).isEqualTo(uri);
    }

    @Test void a_recovery_code_is_read_however_it_was_copied() {
        byte[] random = new byte[RecoveryCode.BYTES];
        new Random(7).nextBytes(random);
        RecoveryCode code = RecoveryCode.of(random);
        assertThat(code.shown()).matches("[a-z2-7]{6}(-[a-z2-7]{6}){3}");
        for (String typed : new String[]{code.shown(), code.value(), code.shown().toUpperCase(java.util.Locale.ROOT),
            " " + code.shown().replace('-', ' ') + "\n"})
            assertThat(RecoveryCode.read(typed)).isEqualTo(code);
        assertThat(RecoveryCode.isLike("123456")).isFalse();
        assertThat(code.toString()).doesNotContain(code.value());
    }
}
