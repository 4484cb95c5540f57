package dev.altiplano.vision.image;

/** Turns pictures upright as EXIF orientations 2 to 8 ask for. */
final class Orientation {
    /** Columns of source and target touched together: what fits the first-level cache. */
    private static final int BLOCK = 32;

    private Orientation() {}

    /**
     * The picture upright.
     *
     * @param orientation 1 to 8
     */
    static Pixels apply(Pixels from, int orientation) {
        if (orientation == Exif.UPRIGHT) {
            return from;
        }
        boolean sideways = orientation >= 5;
        int width = sideways ? from.height() : from.width();
        int height = sideways ? from.width() : from.height();
        byte[] data = new byte[from.data().length];
        Pixels to = new Pixels(width, height, data, from.order());
        for (int top = 0; top < height; top += BLOCK) {
            for (int left = 0; left < width; left += BLOCK) {
                copyBlock(from, to, left, top, orientation);
            }
        }
        return to;
    }

    private static void copyBlock(Pixels from, Pixels to, int left, int top, int orientation) {
        int lastX = from.width() - 1;
        int lastY = from.height() - 1;
        for (int y = top; y < Math.min(top + BLOCK, to.height()); y++) {
            for (int x = left; x < Math.min(left + BLOCK, to.width()); x++) {
                int source =
                        switch (orientation) {
                            case 2 -> from.at(lastX - x, y);
                            case 3 -> from.at(lastX - x, lastY - y);
                            case 4 -> from.at(x, lastY - y);
                            case 5 -> from.at(y, x);
                            case 6 -> from.at(y, lastY - x);
                            case 7 -> from.at(lastX - y, lastY - x);
                            default -> from.at(lastX - y, x);
                        };
                int target = to.at(x, y);
                to.data()[target] = from.data()[source];
                to.data()[target + 1] = from.data()[source + 1];
                to.data()[target + 2] = from.data()[source + 2];
            }
        }
    }
}
