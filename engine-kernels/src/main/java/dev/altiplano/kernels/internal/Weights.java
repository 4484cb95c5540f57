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

    /** The weight at a byte offset, scales left out; not for codes of four bits. */
    public static float at(MemorySegment data, DType dtype, long offset) {
        return switch (dtype) {
            case F32 -> data.get(FLOAT, offset);
            case F16 -> Float.float16ToFloat(data.get(SHORT, offset));
            case BF16 -> Float.intBitsToFloat(data.get(SHORT, offset) << 16);
            case F8_E4M3 -> e4m3(data.get(JAVA_BYTE, offset));
            case I8 -> data.get(JAVA_BYTE, offset);
            case I8_BIASED -> (data.get(JAVA_BYTE, offset) & 0xFF) - 128;
            case I4_BIASED, F4_E2M1 ->
                    throw new IllegalArgumentException("two codes of " + dtype + " share a byte");
        };
    }

    /** The weight from input {@code i} to output {@code o}, its scale included. */
    public static float at(Matrix m, int o, int i) {
        return m.scales() == null ? code(m, o, i) : (code(m, o, i) - m.zero(o, i)) * m.scale(o, i);
    }

    /** The code of input {@code i} and output {@code o} as a number. */
    public static float code(Matrix m, int o, int i) {
        boolean byOutput = m.order() == Order.OUTPUT_MAJOR;
        long row = byOutput ? o : i;
        int column = byOutput ? i : o;
        return switch (m.dtype()) {
            case I4_BIASED -> nibble(m.data(), row * m.rowBytes() + column / 2, column) - 8;
            case F4_E2M1 ->
                    e2m1(
                            byOutput
                                    ? nibble(m.data(), row * m.rowBytes() + column / 2, i)
                                    : nibble(m.data(), row / 2 * m.rowBytes() + column, i));
            default ->
                    at(m.data(), m.dtype(), row * m.rowBytes() + (long) column * m.dtype().bytes());
        };
    }

    /** The low half of a byte for even inputs, the high one for odd ones. */
    private static int nibble(MemorySegment data, long offset, int input) {
        return data.get(JAVA_BYTE, offset) >> (input % 2 * 4) & 15;
    }

    public static float e2m1(int code) {
        int magnitude = code & 7;
        // 0, 0.5, then two mantissas for each of three exponents
        float value =
                magnitude < 2
                        ? magnitude / 2f
                        : (2 + (magnitude & 1)) * (1 << (magnitude >> 1)) / 4f;
        return (code & 8) == 0 ? value : -value;
    }

    /** The value of an FP8-E4M3 code. */
    public static float e4m3(byte code) {
        if ((code & 0x7F) == 0x7F) {
            return Float.NaN;
        }
        // sign, exponent and mantissa moved to where FP32 has them are the value times 2^-120
        return Float.intBitsToFloat(code << 24 & 0x8000_0000 | (code & 0x7F) << 20) * 0x1p120f;
    }
}
