package dev.altiplano.vision.image;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

/** Reads the orientation out of EXIF data, which is laid out like a TIFF file. */
final class Exif {
    static final int UPRIGHT = 1;

    private static final int ORIENTATION = 274;
    private static final int SHORT = 3;

    private Exif() {}

    /** The orientation, 1 to 8; damaged or missing data mean upright, as in the reference. */
    static int orientation(Bytes exif) {
        try {
            Bytes tiff = exif.has(0, "II") ? exif.in(LITTLE_ENDIAN) : exif.in(BIG_ENDIAN);
            if (!tiff.has(0, "II") && !tiff.has(0, "MM")) {
                return UPRIGHT;
            }
            long directory = tiff.u32(4);
            int entries = tiff.u16(directory);
            for (int i = 0; i < entries; i++) {
                long entry = directory + 2 + 12L * i;
                if (tiff.u16(entry) == ORIENTATION && tiff.u16(entry + 2) == SHORT) {
                    return valid(tiff.u16(entry + 8));
                }
            }
        } catch (ImageFault e) {
            return UPRIGHT;
        }
        return UPRIGHT;
    }

    static int valid(long orientation) {
        return orientation >= 1 && orientation <= 8 ? (int) orientation : UPRIGHT;
    }
}
