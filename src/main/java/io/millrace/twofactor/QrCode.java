package io.millrace.twofactor;

import com.google.zxing.WriterException;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.google.zxing.qrcode.encoder.ByteMatrix;
import com.google.zxing.qrcode.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/// Draws a QR code as a PNG of one bit a pixel: some 600 bytes, without a graphics library.
final class QrCode {
    private static final int PIXELS_PER_MODULE = 6;
    /// The light margin that scanners need.
    private static final int QUIET_MODULES = 4;
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int HEADER_BYTES = 13;
    private static final int CHUNK_BYTES_MORE = 12;

    private QrCode() {}

    static byte[] png(String text) {
        try {
            return png(Encoder.encode(text, ErrorCorrectionLevel.M).getMatrix());
        } catch (WriterException e) {
            throw new IllegalArgumentException("too long for a QR code", e);
        }
    }

    private static byte[] png(ByteMatrix code) {
        int side = (code.getWidth() + 2 * QUIET_MODULES) * PIXELS_PER_MODULE;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(SIGNATURE);
        out.writeBytes(chunk("IHDR", ByteBuffer.allocate(HEADER_BYTES).putInt(side).putInt(side)
            .put((byte) 1).array()));
        out.writeBytes(chunk("IDAT", deflated(pixels(code, side))));
        out.writeBytes(chunk("IEND", new byte[0]));
        return out.toByteArray();
    }

    /// Each line: a byte that says "unfiltered", then a bit a pixel, 1 for light.
    private static byte[] pixels(ByteMatrix code, int side) {
        int stride = 1 + (side + 7) / 8;
        byte[] lines = new byte[stride * side];
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++)
                if (!isDark(code, x, y)) lines[y * stride + 1 + x / 8] |= (byte) (0x80 >> x % 8);
        return lines;
    }

    private static boolean isDark(ByteMatrix code, int x, int y) {
        int column = x / PIXELS_PER_MODULE - QUIET_MODULES;
        int row = y / PIXELS_PER_MODULE - QUIET_MODULES;
        return column >= 0 && row >= 0 && column < code.getWidth() && row < code.getHeight()
            && code.get(column, row) == 1;
    }

    private static byte[] deflated(byte[] bytes) {
        Deflater deflater = new Deflater();
        try {
            deflater.setInput(bytes);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] some = new byte[1_024];
            while (!deflater.finished()) out.write(some, 0, deflater.deflate(some));
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private static byte[] chunk(String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        return ByteBuffer.allocate(CHUNK_BYTES_MORE + data.length).putInt(data.length).put(name).put(data)
            .putInt((int) crc.getValue()).array();
    }
}
