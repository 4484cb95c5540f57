package dev.altiplano.vision.image;

import dev.altiplano.vision.image.Pixels.Order;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.util.Arrays;

/**
 * Brings decoded pictures to 8-bit red, green and blue as Pillow's {@code convert("RGB")} does:
 * transparency is dropped, grey is repeated, 16 bits lose their lower half.
 */
final class Colours {
    private Colours() {}

    /** A picture of an application: its colour space counts. */
    static Pixels of(BufferedImage image) {
        ColorSpace space = image.getColorModel().getColorSpace();
        boolean usual = space.isCS_sRGB() || space.getType() == ColorSpace.TYPE_GRAY;
        if (usual && !image.isAlphaPremultiplied()) {
            return stored(image);
        }
        return converted(image);
    }

    /** A picture of a file: numbers are taken as they are stored, colour profiles are ignored. */
    static Pixels stored(BufferedImage image) {
        ColorModel model = image.getColorModel();
        Raster raster = image.getRaster();
        if (model instanceof IndexColorModel palette) {
            return indexed(raster, palette);
        }
        int type = model.getColorSpace().getType();
        int bands = raster.getNumBands();
        if (type == ColorSpace.TYPE_GRAY || bands < Pixels.CHANNELS) {
            return bands(raster, model.getComponentSize(), 0, 0, 0);
        }
        if (type == ColorSpace.TYPE_CMYK && bands >= 4) {
            return inks(raster, 0);
        }
        if (type != ColorSpace.TYPE_RGB) {
            return converted(image);
        }
        Pixels whole = shared(raster);
        return whole != null ? whole : bands(raster, model.getComponentSize(), 0, 1, 2);
    }

    /** The same bytes, when they lie as they are needed; else null. */
    private static @org.jspecify.annotations.Nullable Pixels shared(Raster raster) {
        int width = raster.getWidth();
        if (!(raster.getSampleModel() instanceof PixelInterleavedSampleModel model)
                || !(raster.getDataBuffer() instanceof DataBufferByte buffer)
                || model.getPixelStride() != Pixels.CHANNELS
                || model.getScanlineStride() != width * Pixels.CHANNELS
                || buffer.getNumBanks() != 1
                || buffer.getOffset() != 0
                || raster.getSampleModelTranslateX() != 0
                || raster.getSampleModelTranslateY() != 0
                || buffer.getSize() != width * raster.getHeight() * Pixels.CHANNELS) {
            return null;
        }
        boolean red = Arrays.equals(model.getBandOffsets(), new int[] {0, 1, 2});
        boolean blue = Arrays.equals(model.getBandOffsets(), new int[] {2, 1, 0});
        if (!red && !blue) {
            return null;
        }
        Order order = red ? Order.RGB : Order.BGR;
        return new Pixels(width, raster.getHeight(), buffer.getData(), order);
    }

    private static Pixels indexed(Raster raster, IndexColorModel palette) {
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        Pixels to = Pixels.black(raster.getWidth(), raster.getHeight());
        int[] row = new int[to.width()];
        for (int y = 0; y < to.height(); y++) {
            samples(raster, y, 0, row);
            for (int x = 0; x < to.width(); x++) {
                put(to, x, y, row[x] < colours.length ? colours[row[x]] : 0);
            }
        }
        return to;
    }

    private static Pixels bands(Raster raster, int[] bits, int... band) {
        Pixels to = Pixels.black(raster.getWidth(), raster.getHeight());
        int[] row = new int[to.width()];
        for (int y = 0; y < to.height(); y++) {
            for (int c = 0; c < Pixels.CHANNELS; c++) {
                if (c == 0 || band[c] != band[c - 1]) {
                    samples(raster, y, band[c], row);
                }
                int size = bits[band[c]];
                for (int x = 0; x < to.width(); x++) {
                    to.data()[to.at(x, y) + c] = (byte) eightBits(row[x], size);
                }
            }
        }
        return to;
    }

    /** The number in 8 bits: longer ones lose their end, shorter ones are stretched. */
    private static int eightBits(int value, int bits) {
        return switch (bits) {
            case 8 -> value;
            case 16 -> value >>> 8;
            default -> bits > 8 ? value >>> (bits - 8) : value * 255 / ((1 << bits) - 1);
        };
    }

    private static void samples(Raster raster, int y, int band, int[] row) {
        int left = raster.getMinX();
        raster.getSamples(left, raster.getMinY() + y, raster.getWidth(), 1, band, row);
    }

    /**
     * Cyan, magenta, yellow and black without a colour profile: {@code (255 - k) (255 - c) / 255}.
     *
     * @param flip 0xff when the file stores paper white as 255, as Adobe's JPEG files do; else 0
     */
    static Pixels inks(Raster raster, int flip) {
        Pixels to = Pixels.black(raster.getWidth(), raster.getHeight());
        int[] ink = new int[to.width()];
        int[] black = new int[to.width()];
        for (int y = 0; y < to.height(); y++) {
            samples(raster, y, 3, black);
            for (int c = 0; c < Pixels.CHANNELS; c++) {
                samples(raster, y, c, ink);
                for (int x = 0; x < to.width(); x++) {
                    int light = 255 - (black[x] ^ flip);
                    int product = (ink[x] ^ flip) * light + 128;
                    int taken = (product >> 8) + product >> 8; // product / 255, rounded
                    to.data()[to.at(x, y) + c] = (byte) Math.max(0, light - taken);
                }
            }
        }
        return to;
    }

    /** Through the colour model; slow and always right. */
    private static Pixels converted(BufferedImage image) {
        Pixels to = Pixels.black(image.getWidth(), image.getHeight());
        int[] row = new int[to.width()];
        for (int y = 0; y < to.height(); y++) {
            image.getRGB(0, y, to.width(), 1, row, 0, to.width());
            for (int x = 0; x < to.width(); x++) {
                put(to, x, y, row[x]);
            }
        }
        return to;
    }

    private static void put(Pixels to, int x, int y, int rgb) {
        int at = to.at(x, y);
        to.data()[at] = (byte) (rgb >> 16);
        to.data()[at + 1] = (byte) (rgb >> 8);
        to.data()[at + 2] = (byte) rgb;
    }
}
