package dev.altiplano.kernels.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.DType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Exact FP32 values of single stored weights. */
public final class Weights {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private Weights() {}

    /** The weight at a byte offset. */
    public static float at(MemorySegment data, DType dtype, long offset) {
        return switch (dtype) {
            case F32 -> data.get(FLOAT, offset);
            case F16 -> Float.float16ToFloat(data.get(SHORT, offset));
            case BF16 -> Float.intBitsToFloat(data.get(SHORT, offset) << 16);
        };
    }
}
