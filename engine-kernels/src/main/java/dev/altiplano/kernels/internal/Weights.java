package dev.altiplano.kernels.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Order;

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
            case F8_E4M3 -> e4m3(data.get(JAVA_BYTE, offset));
        };
    }

    /** The weight from input {@code i} to output {@code o}, its scale included. */
    public static float at(Matrix m, int o, int i) {
        long index =
                m.order() == Order.OUTPUT_MAJOR
                        ? (long) o * m.inputs() + i
                        : (long) i * m.outputs() + o;
        return at(m.data(), m.dtype(), index * m.dtype().bytes()) * m.scale(o, i);
    }

    private static float e4m3(byte code) {
        if ((code & 0x7F) == 0x7F) {
            return Float.NaN;
        }
        // sign, exponent and mantissa moved to where FP32 has them are the value times 2^-120
        return Float.intBitsToFloat(code << 24 & 0x8000_0000 | (code & 0x7F) << 20) * 0x1p120f;
    }
}
