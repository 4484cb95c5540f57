package dev.altiplano.vision.image;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A part of a file with a byte order. Reading behind its end is an {@link ImageFault}. */
final class Bytes {
    private final byte[] data;
    private final int start;
    private final int length;
    private final boolean big;

    private Bytes(byte[] data, int start, int length, boolean big) {
        this.data = data;
        this.start = start;
        this.length = length;
        this.big = big;
    }

    static Bytes of(byte[] data, ByteOrder order) {
        return new Bytes(data, 0, data.length, order == BIG_ENDIAN);
    }

    /** The same bytes in another order. */
    Bytes in(ByteOrder order) {
        return new Bytes(data, start, length, order == BIG_ENDIAN);
    }

    /** A part; what lies behind the end is missing from it. */
    Bytes part(int from, long count) {
        int begin = Math.clamp(from, 0, length);
        int end = Math.clamp(from + Math.max(0, count), begin, length);
        return new Bytes(data, start + begin, end - begin, big);
    }

    int length() {
        return length;
    }

    int u8(long at) throws ImageFault {
        if (at < 0 || at >= length) {
            throw new ImageFault("ends too early, after %d bytes".formatted(length));
        }
        return data[start + (int) at] & 0xff;
    }

    int u16(long at) throws ImageFault {
        int first = u8(at);
        int second = u8(at + 1);
        return big ? first << 8 | second : second << 8 | first;
    }

    long u32(long at) throws ImageFault {
        long first = u16(at);
        long second = u16(at + 2);
        return big ? first << 16 | second : second << 16 | first;
    }

    /** Whether ASCII characters stand at a place. */
    boolean has(int at, String text) {
        if (at < 0 || at + text.length() > length) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if ((data[start + at + i] & 0xff) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Four characters that name a chunk. */
    String name(int at) {
        Bytes four = part(at, 4);
        return new String(data, four.start, four.length, StandardCharsets.ISO_8859_1);
    }

    /** Where these bytes lie in the file. */
    int start() {
        return start;
    }

    byte[] file() {
        return data;
    }
}
