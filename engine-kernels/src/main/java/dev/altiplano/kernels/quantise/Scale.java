package dev.altiplano.kernels.quantise;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.internal.SmallFloats;

/** Stored scales: rounded, and never 0. */
final class Scale {
    /** Below it the reciprocal of a scale is no finite FP32 number. */
    private static final float LEAST = 0x1p-120f;

    /** Distance from 1 to the next BF16: what compressed-tensors puts in the place of 0. */
    private static final float INSTEAD_OF_ZERO = 0x1p-7f;

    /** Room for the rounding of sums and products that are compared with each other. */
    static final float TOLERANCE = 1.0001f;

    private Scale() {}

    /** The scale as it is stored: F32, or BF16, rounded to the nearest. */
    static float stored(float scale, DType type) {
        float rounded = type == DType.F32 ? scale : SmallFloats.roundBf16(scale);
        return rounded < LEAST ? INSTEAD_OF_ZERO : rounded;
    }

    static void requireStorable(DType type) {
        if (type != DType.F32 && type != DType.BF16) {
            throw new IllegalArgumentException("scales are written as F32 or BF16, not " + type);
        }
    }
}
