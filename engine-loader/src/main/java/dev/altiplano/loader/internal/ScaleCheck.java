package dev.altiplano.loader.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Looks for scales that are no numbers. One would turn a whole block of weights, and from there
 * every logit, into nothing.
 *
 * <p>Opening must not read gigabytes: in a checkpoint with more scales than {@link #MOST_BYTES},
 * the rest is not looked at. There, an answer ends with an error when a logit is no number.
 */
final class ScaleCheck {
    /** All scales per tensor, output and block of published models, and some by groups. */
    private static final long MOST_BYTES = 64 << 20;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private long bytes;

    /** Refuses NaN and infinity. */
    void requireFinite(MappedTensor scale) {
        bytes += scale.data().byteSize();
        if (bytes > MOST_BYTES) {
            return;
        }
        long at = firstSpecial(scale.data(), scale.stored().dtype());
        if (at >= 0) {
            throw TensorLookup.wrong(
                    scale,
                    "holds NaN or infinity at index %d, expected finite scales".formatted(at));
        }
    }

    private static long firstSpecial(MemorySegment data, String dtype) {
        return switch (dtype) {
            case "F32" -> firstInt(data);
            case "BF16" -> firstShort(data, 0x7F80);
            case "F16" -> firstShort(data, 0x7C00);
            default -> firstByte(data);
        };
    }

    private static long firstInt(MemorySegment data) {
        for (long i = 0; i < data.byteSize() / 4; i++) {
            if ((data.get(INT, 4 * i) & 0x7F80_0000) == 0x7F80_0000) {
                return i;
            }
        }
        return -1;
    }

    private static long firstShort(MemorySegment data, int exponent) {
        for (long i = 0; i < data.byteSize() / 2; i++) {
            if ((data.get(SHORT, 2 * i) & exponent) == exponent) {
                return i;
            }
        }
        return -1;
    }

    private static long firstByte(MemorySegment data) { // E4M3 has no infinity
        for (long i = 0; i < data.byteSize(); i++) {
            if ((data.get(JAVA_BYTE, i) & 0x7F) == 0x7F) {
                return i;
            }
        }
        return -1;
    }
}
