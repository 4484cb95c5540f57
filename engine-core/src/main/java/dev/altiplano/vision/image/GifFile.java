package dev.altiplano.vision.image;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.io.ByteArrayOutputStream;

/**
 * The first frame of a GIF file, on its screen. The decoder gets a file with that frame alone; the
 * colours are taken from the tables here.
 */
final class GifFile {
    private static final int EXTENSION = 0x21;
    private static final int GRAPHIC_CONTROL = 0xf9;
    private static final int IMAGE = 0x2c;
    private static final int LONGEST_STRING = 4096; // pixels that one code of LZW stands for

    private final Bytes file;
    private Bytes colours;
    private int transparent = -1;

    private GifFile(byte[] data) {
        file = Bytes.of(data, LITTLE_ENDIAN);
        colours = file.part(0, 0);
    }

    static boolean matches(Bytes file) {
        return file.has(0, "GIF87a") || file.has(0, "GIF89a");
    }

    static Pixels decode(byte[] data, long maxPixels) throws ImageFault {
        return new GifFile(data).decode(maxPixels);
    }

    private Pixels decode(long maxPixels) throws ImageFault {
        int at = firstFrame();
        int left = file.u16(at + 1);
        int top = file.u16(at + 3);
        int width = file.u16(at + 5);
        int height = file.u16(at + 7);
        new ImageHeader(width, height, 1, Exif.UPRIGHT).require(maxPixels);
        ImageHeader screen =
                new ImageHeader(
                        Math.max(file.u16(6), left + width),
                        Math.max(file.u16(8), top + height),
                        Pixels.CHANNELS,
                        Exif.UPRIGHT);
        screen.require(maxPixels);
        screen.requireBytes((long) width * height / LONGEST_STRING, file.length());

        int packed = file.u8(at + 9);
        int dataAt = at + 10;
        if ((packed & 0x80) != 0) {
            colours = file.part(dataAt, tableBytes(packed));
            dataAt += tableBytes(packed);
        }
        byte[] frame = alone(at, dataAt);
        Pixels indices = Colours.stored(Readers.image("GIF", frame));
        return place(indices, left, top, (int) screen.width(), (int) screen.height());
    }

    private static int tableBytes(int packed) {
        return 3 << (packed & 7) + 1;
    }

    /** Passes over everything in front of the first frame. */
    private int firstFrame() throws ImageFault {
        int packed = file.u8(10);
        int at = 13;
        if ((packed & 0x80) != 0) {
            colours = file.part(at, tableBytes(packed));
            at += tableBytes(packed);
        }
        while (file.u8(at) != IMAGE) {
            if (file.u8(at) == EXTENSION) {
                if (file.u8(at + 1) == GRAPHIC_CONTROL && (file.u8(at + 3) & 1) != 0) {
                    transparent = file.u8(at + 6);
                }
                at = behindBlocks(at + 2);
            } else {
                throw new ImageFault("has no frame");
            }
        }
        return at;
    }

    private int behindBlocks(int from) throws ImageFault {
        int at = from;
        while (file.u8(at) != 0) {
            at += 1 + file.u8(at);
        }
        return at + 1;
    }

    /** A file of the first frame alone, with a table that shows each index as a grey. */
    private byte[] alone(int at, int dataAt) throws ImageFault {
        ByteArrayOutputStream all = new ByteArrayOutputStream(file.length() + 800);
        all.writeBytes(new byte[] {'G', 'I', 'F', '8', '9', 'a'});
        all.write(file.file(), at + 5, 4); // the screen is as large as the frame
        all.writeBytes(new byte[] {(byte) 0xf7, 0, 0}); // with a table of 256 colours
        for (int i = 0; i < 256; i++) {
            all.writeBytes(new byte[] {(byte) i, (byte) i, (byte) i});
        }
        all.writeBytes(new byte[] {IMAGE, 0, 0, 0, 0});
        all.write(file.file(), at + 5, 4);
        all.write(file.u8(at + 9) & 0x40); // interlaced or not
        int end = behindBlocks(dataAt + 1);
        all.write(file.file(), dataAt, end - dataAt);
        all.write(0x3b);
        return all.toByteArray();
    }

    private Pixels place(Pixels indices, int left, int top, int width, int height)
            throws ImageFault {
        Pixels screen = Pixels.black(width, height);
        int[] table = table();
        int background = table[Math.max(0, transparent)];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                boolean inside =
                        x >= left
                                && y >= top
                                && x < left + indices.width()
                                && y < top + indices.height();
                int colour = inside ? table[indices.get(x - left, y - top, 0)] : background;
                int at = screen.at(x, y);
                screen.data()[at] = (byte) (colour >> 16);
                screen.data()[at + 1] = (byte) (colour >> 8);
                screen.data()[at + 2] = (byte) colour;
            }
        }
        return screen;
    }

    /** The colours of all indices; without a table, greys. */
    private int[] table() throws ImageFault {
        int[] table = new int[256];
        for (int i = 0; i < 256; i++) {
            if (colours.length() == 0) {
                table[i] = i * 0x01_01_01;
            } else if (3 * i + 2 < colours.length()) {
                int red = colours.u8(3L * i);
                table[i] = red << 16 | colours.u8(3L * i + 1) << 8 | colours.u8(3L * i + 2);
            }
        }
        return table;
    }
}
