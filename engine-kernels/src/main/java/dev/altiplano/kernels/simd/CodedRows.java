package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Scales;
import dev.altiplano.kernels.internal.Weights;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Rows of output-major codes of 8 and 4 bits as FP32, in their own order, with scale and zero
 * point: exactly the weights that {@link Matrix#weight} gives one by one.
 */
final class CodedRows {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final VectorSpecies<Byte> Q = Bytes.SPECIES;
    private static final int L = F.length();
    private static final long V = F.vectorByteSize();
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private static final byte FLIP = (byte) 0x80;

    /** See {@link Fp4Dots}. */
    private static final int E2M1 = 0x81C00000;

    private static final float EIGHT = 0x1p-123f;

    /** Undoes the move of the exponent. */
    private static final float UNIT = 0x1p126f;

    /** Above this, a scale times {@link #UNIT} would be infinite. */
    private static final double LARGEST_FACTOR = 1.0 / 128;

    // the words that hold vector p of the weights of a block
    private static final VectorShuffle<Integer> PART0 = VectorShuffle.fromOp(I, i -> i / 8);
    private static final VectorShuffle<Integer> PART1 = VectorShuffle.fromOp(I, i -> (L + i) / 8);
    private static final VectorShuffle<Integer> PART2 =
            VectorShuffle.fromOp(I, i -> (2 * L + i) / 8);
    private static final VectorShuffle<Integer> PART3 =
            VectorShuffle.fromOp(I, i -> (3 * L + i) / 8);
    private static final VectorShuffle<Integer> PART4 =
            VectorShuffle.fromOp(I, i -> (4 * L + i) / 8);
    private static final VectorShuffle<Integer> PART5 =
            VectorShuffle.fromOp(I, i -> (5 * L + i) / 8);
    private static final VectorShuffle<Integer> PART6 =
            VectorShuffle.fromOp(I, i -> (6 * L + i) / 8);
    private static final VectorShuffle<Integer> PART7 =
            VectorShuffle.fromOp(I, i -> (7 * L + i) / 8);

    // where in its word each code begins, for even and odd vectors; and the bits above it
    private static final int[] BELOW = new int[4 * L];
    private static final int[] ABOVE = new int[4 * L];

    static {
        for (int i = 0; i < 4 * L; i++) {
            BELOW[i] = 4 * (i % 8);
            ABOVE[i] = 28 - 4 * (i % 8);
        }
    }

    private CodedRows() {}

    /** Whether rows of this matrix can be decoded here. */
    static boolean takes(Matrix m) {
        Scales s = m.scales();
        if (s == null) {
            return false;
        }
        boolean regular = s.inputBlock() >= m.inputs() || isPowerOfTwo(s.inputBlock());
        return switch (m.dtype()) {
            case I8, I8_BIASED, I4_BIASED -> regular && Math.min(s.inputBlock(), m.inputs()) >= L;
            case F4_E2M1 ->
                    regular
                            && Math.min(s.inputBlock(), m.inputs()) >= L
                            && s.groups() == null
                            && Math.abs(s.factor()) < LARGEST_FACTOR;
            default -> false;
        };
    }

    private static boolean isPowerOfTwo(int n) {
        return Integer.bitCount(n) == 1;
    }

    /**
     * Decodes inputs {@code input} and following of a row.
     *
     * @param input a multiple of 512, or 0
     */
    static void decode(Matrix m, int row, int input, int count, MemorySegment out, long at) {
        Scales s = Objects.requireNonNull(m.scales());
        int whole = 0;
        if (s.groups() == null) {
            whole =
                    switch (m.dtype()) {
                        case I8, I8_BIASED -> bytes(m, s, row, input, count, out, at);
                        case I4_BIASED -> int4(m, s, row, input, count, out, at);
                        default -> fp4(m, s, row, input, count, out, at);
                    };
        }
        for (int i = whole; i < count; i++) {
            out.set(FLOAT, at + 4L * i, Weights.at(m, row, input + i));
        }
    }

    /** The scale of input i is at {@code i >>> shift}. */
    private static int shift(Matrix m, Scales s) {
        return s.inputBlock() >= m.inputs() ? 31 : Integer.numberOfTrailingZeros(s.inputBlock());
    }

    /** First byte of the scales of a row. */
    private static long base(Matrix m, Scales s, int row) {
        return (long) (row / s.outputBlock()) * s.inputBlocks(m.inputs()) * s.dtype().bytes();
    }

    private static int bytes(
            Matrix m, Scales s, int row, int input, int count, MemorySegment out, long at) {
        MemorySegment w = m.data();
        long from = row * m.rowBytes() + input;
        MemorySegment scales = s.data();
        DType type = s.dtype();
        long base = base(m, s, row);
        long bytes = type.bytes();
        int shift = shift(m, s);
        boolean zeros = s.zeroPoints() != null;
        byte flip = m.dtype() == DType.I8_BIASED ? FLIP : 0;
        int n = Math.max(0, F.loopBound(count - Bytes.SPARE));
        Mapped.guard(w, from);
        for (int k = 0; k < n; k += L) {
            int i = input + k;
            ((FloatVector)
                            ((IntVector)
                                            ByteVector.fromMemorySegment(
                                                            Q, w, from + k, LITTLE_ENDIAN)
                                                    .lanewise(XOR, flip)
                                                    .convertShape(B2I, I, 0))
                                    .convert(I2F, 0))
                    .sub(zeros ? m.zero(row, i) : 0)
                    .mul(s.scaled(Weights.at(scales, type, base + bytes * (i >>> shift))))
                    .intoMemorySegment(out, at + 4L * k, LITTLE_ENDIAN);
        }
        return n;
    }

    private static int int4(
            Matrix m, Scales s, int row, int input, int count, MemorySegment out, long at) {
        MemorySegment w = m.data();
        long from = row * m.rowBytes() + input / 2;
        MemorySegment scales = s.data();
        DType type = s.dtype();
        long base = base(m, s, row);
        long bytes = type.bytes();
        int shift = shift(m, s);
        boolean zeros = s.zeroPoints() != null;
        IntVector first = IntVector.fromArray(I, BELOW, 0);
        IntVector second = IntVector.fromArray(I, BELOW, L);
        int n = count / (8 * L) * (8 * L);
        Mapped.guard(w, from);
        for (int k = 0; k < n; k += 8 * L) {
            IntVector v = IntVector.fromMemorySegment(I, w, from + k / 2, LITTLE_ENDIAN);
            long to = at + 4L * k;
            int i;
            i = input + k;
            ((FloatVector) v.rearrange(PART0).lanewise(LSHR, first).and(15).convert(I2F, 0))
                    .sub(zeros ? 8 + m.zero(row, i) : 8)
                    .mul(s.scaled(Weights.at(scales, type, base + bytes * (i >>> shift))))
                    .intoMemorySegment(out, to, LITTLE_ENDIAN);
            i = input + k + L;
            ((FloatVector) v.rearrange(PART1).lanewise(LSHR, second).and(15).convert(I2F, 0))
                    .sub(zeros ? 8 + m.zero(row, i) : 8)
                    .mul(s.scaled(Weights.at(scales, type, base + bytes * (i >>> shift))))
                    .intoMemorySegment(out, to + V, LITTLE_ENDIAN);
            i = input + k + 2 * L;
            ((FloatVector) v.rearrange(PART2).lanewise(LSHR, first).and(15).convert(I2F, 0))
                    .sub(zeros ? 8 + m.zero(row, i) : 8)
                    .mul(s.scaled(Weights.at(scales, type, base + bytes * (i >>> shift))))
                    .intoMemorySegment(out, to + 2 * V, LITTLE_ENDIAN);
            i = input + k + 3 * L;
            ((FloatVector) v.rearrange(PART3).lanewise(LSHR, second).and(15).convert(I2F, 0))
                    .sub(zeros ? 8 + m.zero(row, i) : 8)
                    .mul(s.scaled(Weights.at(scales, type, base + bytes * (i >>> shift))))
                    .intoMemorySegment(out, to + 3 * V, LITTLE_ENDIAN);
            i = input + k + 4 * L;
            ((FloatVector) v.rearrange(PART4).lanewise(LSHR, first).and(15).convert(I2F, 0))
                    .sub(zeros ? 8 + m.zero(row, i) : 8)
                    .mul(s.scaled(Weights.at(scales, type, base + bytes * (i >>> shift))))
                    .intoMemorySegment(out, to + 4 * V, LITTLE_ENDIAN);
            i = input + k + 5 * L;
            ((FloatVector) v.rearrange(PART5).lanewise(LSHR, second).and(15).convert(I2F, 0))
                    .sub(zeros ? 8 + m.zero(row, i) : 8)
                    .mul(s.scaled(Weights.at(scales, type, base + bytes * (i >>> shift))))
                    .intoMemorySegment(out, to + 5 * V, LITTLE_ENDIAN);
            i = input + k + 6 * L;
            ((FloatVector) v.rearrange(PART6).lanewise(LSHR, first).and(15).convert(I2F, 0))
                    .sub(zeros ? 8 + m.zero(row, i) : 8)
                    .mul(s.scaled(Weights.at(scales, type, base + bytes * (i >>> shift))))
                    .intoMemorySegment(out, to + 6 * V, LITTLE_ENDIAN);
            i = input + k + 7 * L;
            ((FloatVector) v.rearrange(PART7).lanewise(LSHR, second).and(15).convert(I2F, 0))
                    .sub(zeros ? 8 + m.zero(row, i) : 8)
                    .mul(s.scaled(Weights.at(scales, type, base + bytes * (i >>> shift))))
                    .intoMemorySegment(out, to + 7 * V, LITTLE_ENDIAN);
        }
        return n;
    }

    private static int fp4(
            Matrix m, Scales s, int row, int input, int count, MemorySegment out, long at) {
        MemorySegment w = m.data();
        long from = row * m.rowBytes() + input / 2;
        MemorySegment scales = s.data();
        DType type = s.dtype();
        long base = base(m, s, row);
        long bytes = type.bytes();
        int shift = shift(m, s);
        IntVector first = IntVector.fromArray(I, ABOVE, 0);
        IntVector second = IntVector.fromArray(I, ABOVE, L);
        int n = count / (8 * L) * (8 * L);
        Mapped.guard(w, from);
        for (int k = 0; k < n; k += 8 * L) {
            IntVector v = IntVector.fromMemorySegment(I, w, from + k / 2, LITTLE_ENDIAN);
            long to = at + 4L * k;
            float scale;
            scale = s.scaled(Weights.at(scales, type, base + bytes * ((input + k) >>> shift)));
            v.rearrange(PART0)
                    .lanewise(LSHL, first)
                    .lanewise(ASHR, 6)
                    .and(E2M1)
                    .reinterpretAsFloats()
                    .add(EIGHT)
                    .fma(
                            FloatVector.broadcast(F, scale * UNIT),
                            FloatVector.broadcast(F, -8 * scale))
                    .intoMemorySegment(out, to, LITTLE_ENDIAN);
            scale = s.scaled(Weights.at(scales, type, base + bytes * ((input + k + L) >>> shift)));
            v.rearrange(PART1)
                    .lanewise(LSHL, second)
                    .lanewise(ASHR, 6)
                    .and(E2M1)
                    .reinterpretAsFloats()
                    .add(EIGHT)
                    .fma(
                            FloatVector.broadcast(F, scale * UNIT),
                            FloatVector.broadcast(F, -8 * scale))
                    .intoMemorySegment(out, to + V, LITTLE_ENDIAN);
            scale =
                    s.scaled(
                            Weights.at(
                                    scales, type, base + bytes * ((input + k + 2 * L) >>> shift)));
            v.rearrange(PART2)
                    .lanewise(LSHL, first)
                    .lanewise(ASHR, 6)
                    .and(E2M1)
                    .reinterpretAsFloats()
                    .add(EIGHT)
                    .fma(
                            FloatVector.broadcast(F, scale * UNIT),
                            FloatVector.broadcast(F, -8 * scale))
                    .intoMemorySegment(out, to + 2 * V, LITTLE_ENDIAN);
            scale =
                    s.scaled(
                            Weights.at(
                                    scales, type, base + bytes * ((input + k + 3 * L) >>> shift)));
            v.rearrange(PART3)
                    .lanewise(LSHL, second)
                    .lanewise(ASHR, 6)
                    .and(E2M1)
                    .reinterpretAsFloats()
                    .add(EIGHT)
                    .fma(
                            FloatVector.broadcast(F, scale * UNIT),
                            FloatVector.broadcast(F, -8 * scale))
                    .intoMemorySegment(out, to + 3 * V, LITTLE_ENDIAN);
            scale =
                    s.scaled(
                            Weights.at(
                                    scales, type, base + bytes * ((input + k + 4 * L) >>> shift)));
            v.rearrange(PART4)
                    .lanewise(LSHL, first)
                    .lanewise(ASHR, 6)
                    .and(E2M1)
                    .reinterpretAsFloats()
                    .add(EIGHT)
                    .fma(
                            FloatVector.broadcast(F, scale * UNIT),
                            FloatVector.broadcast(F, -8 * scale))
                    .intoMemorySegment(out, to + 4 * V, LITTLE_ENDIAN);
            scale =
                    s.scaled(
                            Weights.at(
                                    scales, type, base + bytes * ((input + k + 5 * L) >>> shift)));
            v.rearrange(PART5)
                    .lanewise(LSHL, second)
                    .lanewise(ASHR, 6)
                    .and(E2M1)
                    .reinterpretAsFloats()
                    .add(EIGHT)
                    .fma(
                            FloatVector.broadcast(F, scale * UNIT),
                            FloatVector.broadcast(F, -8 * scale))
                    .intoMemorySegment(out, to + 5 * V, LITTLE_ENDIAN);
            scale =
                    s.scaled(
                            Weights.at(
                                    scales, type, base + bytes * ((input + k + 6 * L) >>> shift)));
            v.rearrange(PART6)
                    .lanewise(LSHL, first)
                    .lanewise(ASHR, 6)
                    .and(E2M1)
                    .reinterpretAsFloats()
                    .add(EIGHT)
                    .fma(
                            FloatVector.broadcast(F, scale * UNIT),
                            FloatVector.broadcast(F, -8 * scale))
                    .intoMemorySegment(out, to + 6 * V, LITTLE_ENDIAN);
            scale =
                    s.scaled(
                            Weights.at(
                                    scales, type, base + bytes * ((input + k + 7 * L) >>> shift)));
            v.rearrange(PART7)
                    .lanewise(LSHL, second)
                    .lanewise(ASHR, 6)
                    .and(E2M1)
                    .reinterpretAsFloats()
                    .add(EIGHT)
                    .fma(
                            FloatVector.broadcast(F, scale * UNIT),
                            FloatVector.broadcast(F, -8 * scale))
                    .intoMemorySegment(out, to + 7 * V, LITTLE_ENDIAN);
        }
        return n;
    }
}
