package dev.altiplano.vision.image;

/**
 * A picture of 8-bit colours.
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param data {@code [height][width][3]}
 * @param order whether red or blue comes first
 */
@SuppressWarnings("ArrayRecordComponent") // shared, not copied: a picture may have 200 MB
public record Pixels(int width, int height, byte[] data, Order order) {
    /** Bytes per pixel. */
    public static final int CHANNELS = 3;

    /** In which order the bytes of a pixel lie. */
    public enum Order {
        RGB,
        BGR;

        /** Where in a pixel the byte of a channel lies; channels are red, green, blue. */
        public int offset(int channel) {
            return this == RGB ? channel : CHANNELS - 1 - channel;
        }
    }

    /** Checks the sizes. */
    public Pixels {
        if (width < 1 || height < 1 || data.length != (long) width * height * CHANNELS) {
            throw new IllegalArgumentException(
                    "%d x %d pixels in %d bytes".formatted(width, height, data.length));
        }
    }

    /** All black, red first. */
    public static Pixels black(int width, int height) {
        return new Pixels(width, height, new byte[width * height * CHANNELS], Order.RGB);
    }

    /** Index of the first byte of a pixel. */
    public int at(int x, int y) {
        return (y * width + x) * CHANNELS;
    }

    /** One channel of one pixel, 0 to 255. */
    public int get(int x, int y, int channel) {
        return data[at(x, y) + order.offset(channel)] & 0xff;
    }
}
