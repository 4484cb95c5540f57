package dev.altiplano.loader;

import dev.altiplano.kernels.Matrix;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Reads single weights of a matrix, slowly and plainly. */
final class Weights {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Weights() {}

    /** The weight from {@code input} to {@code output}. */
    static float at(Matrix w, int output, int input) {
        long index =
                switch (w.order()) {
                    case OUTPUT_MAJOR -> (long) output * w.inputs() + input;
                    case INPUT_MAJOR -> (long) input * w.outputs() + output;
                };
        return switch (w.dtype()) {
            case F32 -> w.data().get(FLOAT, 4 * index);
            case F16 -> Float.float16ToFloat(w.data().get(SHORT, 2 * index));
            case BF16 -> Float.intBitsToFloat(w.data().get(SHORT, 2 * index) << 16);
            default -> throw new IllegalArgumentException(w.dtype() + " has scales");
        };
    }
}
