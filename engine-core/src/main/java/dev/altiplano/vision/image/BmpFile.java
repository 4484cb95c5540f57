package dev.altiplano.vision.image;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/** BMP: uncompressed and run-length encoded. */
final class BmpFile {
    private static final int FILE_HEADER = 14;
    private static final int OS2_HEADER = 12;
    private static final int RUNS_OF_BYTES = 1;
    private static final int RUNS_OF_NIBBLES = 2;
    private static final int MASKS = 3;

    private BmpFile() {}

    static boolean matches(Bytes file) {
        return file.has(0, "BM");
    }

    static Pixels decode(byte[] data, long maxPixels) throws ImageFault {
        Bytes file = Bytes.of(data, LITTLE_ENDIAN);
        boolean old = file.u32(FILE_HEADER) == OS2_HEADER;
        long width = old ? file.u16(18) : (int) file.u32(18);
        long height = old ? file.u16(20) : Math.abs((long) (int) file.u32(22)); // below 0: top down
        int bits = file.u16(old ? 24 : 28);
        long compression = old ? 0 : file.u32(30);
        boolean runs = compression == RUNS_OF_BYTES || compression == RUNS_OF_NIBBLES;
        if (compression > MASKS) {
            throw new ImageFault(
                    "is a BMP file with compression %d, expected 0 to 3".formatted(compression));
        }
        if (bits < 1 || bits > 32) {
            throw new ImageFault("has %d bits a pixel, expected 1 to 32".formatted(bits));
        }
        ImageHeader header = new ImageHeader(width, height, 4, Exif.UPRIGHT);
        header.require(maxPixels);
        long row = (width * bits + 31) / 32 * 4;
        header.requireBytes(runs ? 0 : row * height, data.length);
        return Colours.stored(Readers.image("BMP", data));
    }
}
