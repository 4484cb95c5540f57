package dev.altiplano.vision.image;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The first page of a TIFF file: bilevel, grey, palette, RGB, CMYK and YCbCr of up to 16 bits. */
final class TiffFile {
    private static final int WIDTH = 256;
    private static final int LENGTH = 257;
    private static final int BITS = 258;
    private static final int COMPRESSION = 259;
    private static final int PHOTOMETRIC = 262;
    private static final int ORIENTATION = 274;
    private static final int SAMPLES = 277;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_LENGTH = 323;
    private static final int SAMPLE_FORMAT = 339;

    private static final int UNCOMPRESSED = 1;
    private static final List<Integer> PHOTOMETRICS = List.of(0, 1, 2, 3, 5, 6);

    /** What a field of each type takes: byte, text, short, long, fraction, signed byte, … */
    private static final int[] TYPE_BYTES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};

    private final Bytes file;
    private final Map<Integer, Long> first = new HashMap<>();

    private TiffFile(byte[] data) {
        Bytes bytes = Bytes.of(data, BIG_ENDIAN);
        file = bytes.has(0, "II") ? bytes.in(LITTLE_ENDIAN) : bytes;
    }

    static boolean matches(Bytes file) {
        return file.has(0, "II*\0") || file.has(0, "MM\0*");
    }

    static Pixels decode(byte[] data, long maxPixels) throws ImageFault {
        TiffFile tiff = new TiffFile(data);
        tiff.readDirectory();
        ImageHeader header = tiff.header();
        header.require(maxPixels);
        if (tiff.first.containsKey(TILE_WIDTH)) {
            new ImageHeader(
                            tiff.number(TILE_WIDTH, 0),
                            tiff.number(TILE_LENGTH, 0),
                            header.bytesPerPixel(),
                            Exif.UPRIGHT)
                    .require(maxPixels);
        }
        if (tiff.number(COMPRESSION, UNCOMPRESSED) == UNCOMPRESSED) {
            long bits = tiff.number(BITS, 1) * tiff.number(SAMPLES, 1);
            header.requireBytes(header.width() * header.height() * bits / 16, data.length);
        }
        return Orientation.apply(Colours.stored(Readers.image("TIFF", data)), header.orientation());
    }

    /** Reads the first number of each field. */
    private void readDirectory() throws ImageFault {
        long directory = file.u32(4);
        int entries = file.u16(directory);
        for (int i = 0; i < entries; i++) {
            long entry = directory + 2 + 12L * i;
            int type = file.u16(entry + 2);
            long count = file.u32(entry + 4);
            if (type < 1 || type >= TYPE_BYTES.length) {
                continue;
            }
            long bytes = count * TYPE_BYTES[type];
            long at = bytes <= 4 ? entry + 8 : file.u32(entry + 8);
            if (at + bytes > file.length()) {
                throw new ImageFault(
                        "has a field %d of %d bytes, expected no more than the file has"
                                .formatted(file.u16(entry), bytes));
            }
            if (count > 0 && (type == 1 || type == 3 || type == 4)) {
                long value = type == 1 ? file.u8(at) : type == 3 ? file.u16(at) : file.u32(at);
                first.put(file.u16(entry), value);
            }
        }
    }

    private ImageHeader header() throws ImageFault {
        long samples = number(SAMPLES, 1);
        long bits = number(BITS, 1);
        if (bits > 16 || number(SAMPLE_FORMAT, 1) != 1) {
            throw new ImageFault(
                    "has samples of %d bits in format %d, expected unsigned ones of up to 16"
                            .formatted(bits, number(SAMPLE_FORMAT, 1)));
        }
        if (samples < 1 || samples > 8) {
            throw new ImageFault("has %d samples a pixel, expected 1 to 8".formatted(samples));
        }
        if (!PHOTOMETRICS.contains((int) number(PHOTOMETRIC, 1))) {
            throw new ImageFault(
                    "has photometric interpretation %d, expected one of %s"
                            .formatted(number(PHOTOMETRIC, 1), PHOTOMETRICS));
        }
        return new ImageHeader(
                number(WIDTH, 0),
                number(LENGTH, 0),
                (int) Math.max(3, samples * (bits > 8 ? 2 : 1)),
                Exif.valid(number(ORIENTATION, 1)));
    }

    private long number(int tag, long fallback) {
        return first.getOrDefault(tag, fallback);
    }
}
