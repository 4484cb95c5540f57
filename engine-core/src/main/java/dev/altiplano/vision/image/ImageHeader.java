package dev.altiplano.vision.image;

/**
 * What is known of a picture before it is decoded.
 *
 * @param width columns that the file claims, at least 1
 * @param height rows that the file claims, at least 1
 * @param bytesPerPixel what the decoder will take at most
 * @param orientation EXIF orientation, 1 to 8; 1 is upright
 */
record ImageHeader(long width, long height, int bytesPerPixel, int orientation) {
    private static final int MOST_BYTES_PER_PIXEL = 4;

    /**
     * Refuses a picture that is too large to decode.
     *
     * @param maxPixels of up to 4 bytes each
     */
    void require(long maxPixels) throws ImageFault {
        if (width < 1 || height < 1) {
            throw new ImageFault(
                    "has %d x %d pixels, expected at least 1 x 1".formatted(width, height));
        }
        boolean overflows = width > Integer.MAX_VALUE / height;
        if (overflows || width * height > maxPixels) {
            throw new ImageFault(
                    "has %d x %d pixels, expected at most %d in all"
                            .formatted(width, height, maxPixels));
        }
        if (width * height * bytesPerPixel > MOST_BYTES_PER_PIXEL * maxPixels) {
            throw new ImageFault(
                    "has %d x %d pixels of %d bytes, expected at most %d bytes in all"
                            .formatted(
                                    width,
                                    height,
                                    bytesPerPixel,
                                    MOST_BYTES_PER_PIXEL * maxPixels));
        }
    }

    /** Refuses a file that is too short for so many pixels even when it is compressed at best. */
    void requireBytes(long least, long found) throws ImageFault {
        if (found < least) {
            throw new ImageFault(
                    "claims %d x %d pixels in %d bytes, expected at least %d bytes for them"
                            .formatted(width, height, found, least));
        }
    }
}
