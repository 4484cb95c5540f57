package dev.altiplano.bench.synthetic;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * The random elements of one tensor: each of the same 256 numbers is equally probable.
 *
 * <p>Element {@code i} depends on the seed, the tensor's name and {@code i} alone, so any thread
 * may fill any part. Eight elements come from one 64-bit number: the finaliser of SplittableRandom
 * over a counter.
 */
final class RandomBits {
    /** Elements that are made together. */
    static final int GROUP = 8;

    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;
    private static final int CHOICES = 256;

    private final long start;
    private final int width;
    private final long[] choices = new long[CHOICES];

    RandomBits(SyntheticTensor tensor, long seed) {
        start = mix(seed * GOLDEN ^ hash(tensor.spec().name()));
        Encoding encoding = Encoding.of(tensor.spec().dtype());
        width = encoding.bytes();
        Values values = tensor.values();
        for (int i = 0; i < CHOICES; i++) {
            double even = (2 * i + 1 - CHOICES) / (double) CHOICES; // from -1 to 1, never 0
            choices[i] = encoding.bits(values.centre() + values.reach() * even);
        }
    }

    /** Bytes of {@link #GROUP} elements. */
    long groupBytes() {
        return (long) GROUP * width;
    }

    /**
     * Writes groups of elements.
     *
     * @param first number of the first group in the tensor
     * @param out room for {@code groups * GROUP} elements from byte {@code at} on
     */
    void fill(long first, long groups, MemorySegment out, long at) {
        switch (width) {
            case 1 -> fillBytes(first, groups, out, at);
            case 2 -> fillShorts(first, groups, out, at);
            default -> fillInts(first, groups, out, at);
        }
    }

    private void fillBytes(long first, long groups, MemorySegment out, long at) {
        long[] table = choices;
        for (long g = 0; g < groups; g++) {
            long random = mix(start + (first + g) * GOLDEN);
            long packed = 0;
            for (int i = 0; i < 64; i += 8) {
                packed |= table[(int) (random >>> i) & 255] << i;
            }
            out.set(LONG, at + 8 * g, packed);
        }
    }

    private void fillShorts(long first, long groups, MemorySegment out, long at) {
        long[] table = choices;
        for (long g = 0; g < groups; g++) {
            long random = mix(start + (first + g) * GOLDEN);
            for (int half = 0; half < 2; half++) {
                int four = (int) (random >>> 32 * half);
                long packed =
                        table[four & 255]
                                | table[four >>> 8 & 255] << 16
                                | table[four >>> 16 & 255] << 32
                                | table[four >>> 24] << 48;
                out.set(LONG, at + 16 * g + 8L * half, packed);
            }
        }
    }

    private void fillInts(long first, long groups, MemorySegment out, long at) {
        long[] table = choices;
        for (long g = 0; g < groups; g++) {
            long random = mix(start + (first + g) * GOLDEN);
            for (int two = 0; two < 4; two++) {
                int pair = (int) (random >>> 16 * two);
                long packed = table[pair & 255] | table[pair >>> 8 & 255] << 32;
                out.set(LONG, at + 32 * g + 8L * two, packed);
            }
        }
    }

    private static long mix(long z) {
        long a = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        long b = (a ^ a >>> 27) * 0x94d049bb133111ebL;
        return b ^ b >>> 31;
    }

    /** FNV-1a. */
    private static long hash(String name) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        return hash;
    }
}
