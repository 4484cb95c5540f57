package dev.altiplano.vision.image;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.io.ByteArrayOutputStream;
import java.util.zip.CRC32;

/**
 * PNG of every kind. The decoder gets the chunks that make the picture, with their checksums
 * checked: compressed texts and broken colour profiles never reach it.
 */
final class PngFile {
    private static final String SIGNATURE = "\u0089PNG\r\n\u001a\n";
    private static final int BEST_COMPRESSION = 1032; // of deflate: 258 bytes in 2 bits

    private final Bytes file;
    private final ByteArrayOutputStream kept;
    private long width;
    private long height;
    private int bits;
    private int colourType = -1;
    private int orientation = Exif.UPRIGHT;

    private PngFile(byte[] data) {
        file = Bytes.of(data, BIG_ENDIAN);
        kept = new ByteArrayOutputStream(data.length);
        kept.write(data, 0, SIGNATURE.length());
    }

    static boolean matches(Bytes file) {
        return file.has(0, SIGNATURE);
    }

    static Pixels decode(byte[] data, long maxPixels) throws ImageFault {
        PngFile png = new PngFile(data);
        png.readChunks();
        int bitsPerPixel = png.bits * png.channels();
        ImageHeader header =
                new ImageHeader(
                        png.width, png.height, Math.max(3, bitsPerPixel / 8), png.orientation);
        header.require(maxPixels);
        long raw = (png.width * bitsPerPixel + 7) / 8 * png.height;
        header.requireBytes(raw / BEST_COMPRESSION, data.length);
        return Orientation.apply(
                Colours.stored(Readers.image("PNG", png.kept.toByteArray())), png.orientation);
    }

    private void readChunks() throws ImageFault {
        int at = SIGNATURE.length();
        while (true) {
            long length = file.u32(at);
            String name = file.name(at + 4);
            if (length > file.length() - at - 12L) {
                throw new ImageFault(
                        "ends inside its chunk '%s' of %d bytes"
                                .formatted(name.replaceAll("[^A-Za-z]", "?"), length));
            }
            Bytes body = file.part(at + 8, length);
            if (colourType < 0 && !name.equals("IHDR")) {
                throw new ImageFault("does not begin with its header");
            }
            chunk(name, at, body);
            if (name.equals("IEND")) {
                return;
            }
            at += 12 + (int) length;
        }
    }

    private void chunk(String name, int at, Bytes body) throws ImageFault {
        switch (name) {
            case "IHDR" -> {
                requireChecksum(at, body);
                if (colourType >= 0 || body.length() != 13) {
                    throw new ImageFault("has a broken header");
                }
                readHeader(body);
                keep(at, body);
            }
            case "PLTE", "tRNS", "IDAT", "IEND" -> {
                requireChecksum(at, body);
                keep(at, body);
            }
            case "eXIf" -> orientation = Exif.orientation(body);
            default -> {}
        }
    }

    private void readHeader(Bytes body) throws ImageFault {
        width = body.u32(0);
        height = body.u32(4);
        bits = body.u8(8);
        colourType = body.u8(9);
        if (bits > 16 || Integer.bitCount(bits) != 1 || colourType > 6) {
            throw new ImageFault(
                    "has %d bits and colour type %d, expected 1 to 16 and 0 to 6"
                            .formatted(bits, colourType));
        }
    }

    private void requireChecksum(int at, Bytes body) throws ImageFault {
        CRC32 crc = new CRC32();
        crc.update(file.file(), at + 4, body.length() + 4);
        long stored = file.u32(at + 8L + body.length());
        if (crc.getValue() != stored) {
            throw new ImageFault(
                    "is damaged: chunk '%s' has checksum %08x, expected %08x"
                            .formatted(file.name(at + 4), crc.getValue(), stored));
        }
    }

    private void keep(int at, Bytes body) {
        kept.write(file.file(), at, body.length() + 12);
    }

    private int channels() {
        return switch (colourType) {
            case 2 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> 1;
        };
    }
}
