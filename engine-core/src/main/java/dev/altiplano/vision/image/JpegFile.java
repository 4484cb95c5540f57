package dev.altiplano.vision.image;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;

/**
 * JPEG: baseline and progressive, grey, YCbCr, RGB, CMYK and YCCK.
 *
 * <p>The decoder gets the file without its metadata, and with one marker that says how colours are
 * stored: colour profiles, broken headers and guesses of the decoder cannot change the result.
 */
final class JpegFile {
    private static final int MOST_SCANS = 200; // progressive files have about 10

    private static final int START = 0xd8;
    private static final int END = 0xd9;
    private static final int SCAN = 0xda;
    private static final int EXIF = 0xe1;
    private static final int ADOBE = 0xee;
    private static final int COMMENT = 0xfe;

    private static final int UNKNOWN = -1;

    private final Bytes file;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private int width;
    private int height;
    private int components;
    private int componentIds;
    private boolean jfif;
    private int transform = UNKNOWN;
    private int orientation = Exif.UPRIGHT;

    private JpegFile(byte[] data) {
        file = Bytes.of(data, BIG_ENDIAN);
    }

    static boolean matches(Bytes file) {
        return file.has(0, "\u00ff\u00d8\u00ff");
    }

    static Pixels decode(byte[] data, long maxPixels) throws ImageFault {
        JpegFile jpeg = new JpegFile(data);
        int scan = jpeg.readSegments();
        ImageHeader header =
                new ImageHeader(
                        jpeg.width, jpeg.height, Math.max(3, jpeg.components), jpeg.orientation);
        header.require(maxPixels);
        // a block of 8 x 8 takes a bit at least, and covers 32 x 32 pixels at most
        header.requireBytes((long) jpeg.width * jpeg.height / (8 * 1024), data.length);
        jpeg.requireFewScans(scan);
        return Orientation.apply(jpeg.pixels(jpeg.stripped(scan)), jpeg.orientation);
    }

    /** Reads up to the first scan and keeps what the decoder needs; where the scan starts. */
    private int readSegments() throws ImageFault {
        int at = 2;
        while (true) {
            while (file.u8(at) != 0xff || file.u8(at + 1) == 0xff || file.u8(at + 1) == 0) {
                at++; // fill bytes, or garbage, which the reference skips too
            }
            int marker = file.u8(at + 1);
            if (marker == SCAN) {
                requireFrame();
                return at;
            }
            if (marker == END) {
                throw new ImageFault("ends before its picture begins");
            }
            if (marker == START || marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
                at += 2;
                continue;
            }
            int length = file.u16(at + 2);
            if (length < 2) {
                throw new ImageFault(
                        "has a segment of %d bytes, expected 2 or more".formatted(length));
            }
            segment(marker, file.part(at + 4, length - 2));
            if (!isApplication(marker) && marker != COMMENT) {
                kept.write(file.file(), at, Math.min(length + 2, file.length() - at));
            }
            at += 2 + length;
        }
    }

    private static boolean isApplication(int marker) {
        return marker >= 0xe0 && marker <= 0xef;
    }

    private void segment(int marker, Bytes body) throws ImageFault {
        if (marker == EXIF && body.has(0, "Exif\0\0") && orientation == Exif.UPRIGHT) {
            orientation = Exif.orientation(body.part(6, body.length()));
        } else if (marker == ADOBE && body.has(0, "Adobe") && body.length() >= 12) {
            transform = body.u8(11);
        } else if (marker == 0xe0 && body.has(0, "JFIF\0")) {
            jfif = true;
        } else if (isFrame(marker)) {
            frame(marker, body);
        }
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xc0
                && marker <= 0xcf
                && marker != 0xc4
                && marker != 0xc8
                && marker != 0xcc;
    }

    private void frame(int marker, Bytes body) throws ImageFault {
        if (components != 0) {
            throw new ImageFault("has two frame headers, expected one");
        }
        if (marker > 0xc2) {
            throw new ImageFault(
                    "is lossless, hierarchical or arithmetic JPEG (SOF%d), expected SOF0 to SOF2"
                            .formatted(marker - 0xc0));
        }
        if (body.u8(0) != 8) {
            throw new ImageFault("has %d bits a sample, expected 8".formatted(body.u8(0)));
        }
        height = body.u16(1);
        width = body.u16(3);
        components = body.u8(5);
        if (components != 1 && components != 3 && components != 4) {
            throw new ImageFault("has %d components, expected 1, 3 or 4".formatted(components));
        }
        for (int i = 0; i < Math.min(3, components); i++) {
            componentIds = componentIds << 8 | body.u8(6 + 3 * i);
        }
    }

    private void requireFrame() throws ImageFault {
        if (components == 0) {
            throw new ImageFault("has no frame header before its picture");
        }
    }

    /** Every scan of a progressive file passes over the whole picture, however short it is. */
    private void requireFewScans(int from) throws ImageFault {
        int scans = 0;
        byte[] data = file.file();
        for (int i = from; i + 1 < data.length; i++) {
            if (data[i] == (byte) 0xff) {
                int marker = data[i + 1] & 0xff;
                if (marker == END) {
                    return;
                }
                scans += marker == SCAN ? 1 : 0;
                if (scans > MOST_SCANS) {
                    throw new ImageFault("has more than %d scans".formatted(MOST_SCANS));
                }
            }
        }
    }

    /** How the first three components are stored, decided as the JPEG library does. */
    private boolean isRgb() {
        if (jfif) {
            return false;
        }
        return transform != UNKNOWN ? transform == 0 : componentIds == ('R' << 16 | 'G' << 8 | 'B');
    }

    private byte[] stripped(int scan) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(file.length() + 64);
        all.write(0xff);
        all.write(START);
        if (components > 1) {
            int stored = components == 3 ? (isRgb() ? 0 : 1) : (transform == 2 ? 2 : 0);
            all.writeBytes(new byte[] {(byte) 0xff, (byte) ADOBE, 0, 14});
            all.writeBytes(new byte[] {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, (byte) stored});
        }
        all.writeBytes(kept.toByteArray());
        all.write(file.file(), scan, file.length() - scan);
        return all.toByteArray();
    }

    private Pixels pixels(byte[] stripped) throws ImageFault {
        if (components == 4) {
            Raster raster = Readers.raster("JPEG", stripped);
            if (transform == 2) {
                toInks((WritableRaster) raster);
            }
            return Colours.inks(raster, 0xff); // as the reference, which takes all for Adobe's
        }
        BufferedImage image = Readers.image("JPEG", stripped);
        return Colours.stored(image);
    }

    /** YCCK to CMYK, in place, with the JPEG library's rounding. */
    private static void toInks(WritableRaster raster) {
        int width = raster.getWidth();
        int[] row = new int[4 * width];
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int i = 0; i < row.length; i += 4) {
                int luma = row[i];
                int cb = row[i + 1] - 128;
                int cr = row[i + 2] - 128;
                row[i] = 255 - clamp(luma + (91_881 * cr + 32_768 >> 16));
                row[i + 1] = 255 - clamp(luma + (-22_554 * cb - 46_802 * cr + 32_768 >> 16));
                row[i + 2] = 255 - clamp(luma + (116_130 * cb + 32_768 >> 16));
            }
            raster.setPixels(0, y, width, 1, row);
        }
    }

    private static int clamp(int value) {
        return Math.clamp(value, 0, 255);
    }
}
