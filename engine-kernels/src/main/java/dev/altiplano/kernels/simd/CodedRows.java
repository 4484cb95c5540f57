package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Scales;
import dev.altiplano.kernels.internal.TileOperands;
import dev.altiplano.kernels.internal.Weights;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
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

    private static final byte FLIP = (byte) 0x80;

    /** Where zero points lie behind scales. */
    private static final int ZEROS = TileOperands.SCALES / 2;

    private static final ValueLayout.OfInt WORD =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);

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
                    regular && Math.min(s.inputBlock(), m.inputs()) >= L && s.groups() == null;
            default -> false;
        };
    }

    private static boolean isPowerOfTwo(int n) {
        return Integer.bitCount(n) == 1;
    }

    /**
     * Decodes inputs {@code input} and following of a row.
     *
     * @param input a multiple of {@link TileOperands#STRIDE}
     * @param count at most {@link TileOperands#STRIDE}
     * @param spare room for {@link TileOperands#SCALES} scales
     */
    static void decode(
            Matrix m, int row, int input, int count, float[] out, int at, float[] spare) {
        Scales s = Objects.requireNonNull(m.scales());
        int whole = 0;
        if (s.groups() == null) {
            long from = row * m.rowBytes() + (long) input * m.dtype().bits() / 8;
            fillScales(m, s, row, input, count, spare);
            if (m.dtype() != DType.F4_E2M1) {
                fillZeros(m, s, row, input, count, spare);
            }
            whole =
                    switch (m.dtype()) {
                        case I8, I8_BIASED -> bytes(m, from, count, out, at, spare);
                        case I4_BIASED -> int4(m.data(), from, count, out, at, spare);
                        default -> fp4(m.data(), from, count, out, at, spare);
                    };
        }
        for (int i = whole; i < count; i++) {
            out[at + i] = Weights.at(m, row, input + i);
        }
    }

    /** The scale of every vector of inputs. */
    private static void fillScales(
            Matrix m, Scales s, int row, int input, int count, float[] spare) {
        int shift =
                s.inputBlock() >= m.inputs() ? 31 : Integer.numberOfTrailingZeros(s.inputBlock());
        int first = input >>> shift;
        int last = (input + count - 1) >>> shift;
        long base = (long) (row / s.outputBlock()) * s.inputBlocks(m.inputs());
        ScaleRows.scales(s, base + first, last - first + 1, spare, 0);
        for (int i = 0; i <= last - first; i++) {
            spare[i] = s.scaled(spare[i]);
        }
        for (int v = (count - 1) / L; v > 0; v--) { // each for all its vectors, in place
            spare[v] = spare[((input + v * L) >>> shift) - first];
        }
    }

    /** What is subtracted from the codes of every vector of inputs. */
    private static void fillZeros(
            Matrix m, Scales s, int row, int input, int count, float[] spare) {
        int bias = m.dtype() == DType.I4_BIASED ? 8 : 0;
        int vectors = (count + L - 1) / L;
        if (s.zeroPoints() == null) {
            Arrays.fill(spare, ZEROS, ZEROS + vectors, bias);
            return;
        }
        for (int v = 0; v < vectors; v++) {
            spare[ZEROS + v] = bias + m.zero(row, input + v * L);
        }
    }

    private static int bytes(Matrix m, long from, int count, float[] out, int at, float[] spare) {
        MemorySegment w = m.data();
        byte flip = m.dtype() == DType.I8_BIASED ? FLIP : 0;
        int n = Math.max(0, F.loopBound(count - Bytes.SPARE));
        Segments.touch(w, from);
        for (int k = 0; k < n; k += L) {
            ((FloatVector)
                            ByteVector.fromMemorySegment(Q, w, from + k, LITTLE_ENDIAN)
                                    .lanewise(XOR, flip)
                                    .convertShape(B2F, F, 0))
                    .sub(spare[ZEROS + k / L])
                    .mul(spare[k / L])
                    .intoArray(out, at + k);
        }
        return n;
    }

    private static int int4(
            MemorySegment w, long from, int count, float[] out, int at, float[] spare) {
        IntVector first = IntVector.fromArray(I, BELOW, 0);
        IntVector second = IntVector.fromArray(I, BELOW, L);
        int n = count / (8 * L) * (8 * L);
        Segments.touch(w, from);
        for (int k = 0; k < n; k += 8 * L) {
            IntVector v = IntVector.fromMemorySegment(I, w, from + k / 2, LITTLE_ENDIAN);
            int to = at + k;
            int i = k / L;
            ((FloatVector) v.rearrange(PART0).lanewise(LSHR, first).and(15).convert(I2F, 0))
                    .sub(spare[ZEROS + i])
                    .mul(spare[i])
                    .intoArray(out, to);
            ((FloatVector) v.rearrange(PART1).lanewise(LSHR, second).and(15).convert(I2F, 0))
                    .sub(spare[ZEROS + i + 1])
                    .mul(spare[i + 1])
                    .intoArray(out, to + L);
            ((FloatVector) v.rearrange(PART2).lanewise(LSHR, first).and(15).convert(I2F, 0))
                    .sub(spare[ZEROS + i + 2])
                    .mul(spare[i + 2])
                    .intoArray(out, to + 2 * L);
            ((FloatVector) v.rearrange(PART3).lanewise(LSHR, second).and(15).convert(I2F, 0))
                    .sub(spare[ZEROS + i + 3])
                    .mul(spare[i + 3])
                    .intoArray(out, to + 3 * L);
            ((FloatVector) v.rearrange(PART4).lanewise(LSHR, first).and(15).convert(I2F, 0))
                    .sub(spare[ZEROS + i + 4])
                    .mul(spare[i + 4])
                    .intoArray(out, to + 4 * L);
            ((FloatVector) v.rearrange(PART5).lanewise(LSHR, second).and(15).convert(I2F, 0))
                    .sub(spare[ZEROS + i + 5])
                    .mul(spare[i + 5])
                    .intoArray(out, to + 5 * L);
            ((FloatVector) v.rearrange(PART6).lanewise(LSHR, first).and(15).convert(I2F, 0))
                    .sub(spare[ZEROS + i + 6])
                    .mul(spare[i + 6])
                    .intoArray(out, to + 6 * L);
            ((FloatVector) v.rearrange(PART7).lanewise(LSHR, second).and(15).convert(I2F, 0))
                    .sub(spare[ZEROS + i + 7])
                    .mul(spare[i + 7])
                    .intoArray(out, to + 7 * L);
        }
        return n;
    }

    private static int fp4(
            MemorySegment w, long from, int count, float[] out, int at, float[] spare) {
        return CodedDots.TABLE
                ? fp4Table(w, from, count, out, at, spare)
                : fp4Moved(w, from, count, out, at, spare);
    }

    private static int fp4Table(
            MemorySegment w, long from, int count, float[] out, int at, float[] spare) {
        IntVector values = IntVector.fromArray(I, Fp4TableDots.VALUES, 0);
        IntVector first = IntVector.fromArray(I, BELOW, 0);
        IntVector second = IntVector.fromArray(I, BELOW, L);
        int n = count / (8 * L) * (8 * L);
        Segments.touch(w, from);
        for (int k = 0; k < n; k += 8 * L) {
            IntVector v = IntVector.fromMemorySegment(I, w, from + k / 2, LITTLE_ENDIAN);
            int to = at + k;
            int i = k / L;
            v.rearrange(PART0)
                    .lanewise(LSHR, first)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .mul(spare[i])
                    .intoArray(out, to);
            v.rearrange(PART1)
                    .lanewise(LSHR, second)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .mul(spare[i + 1])
                    .intoArray(out, to + L);
            v.rearrange(PART2)
                    .lanewise(LSHR, first)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .mul(spare[i + 2])
                    .intoArray(out, to + 2 * L);
            v.rearrange(PART3)
                    .lanewise(LSHR, second)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .mul(spare[i + 3])
                    .intoArray(out, to + 3 * L);
            v.rearrange(PART4)
                    .lanewise(LSHR, first)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .mul(spare[i + 4])
                    .intoArray(out, to + 4 * L);
            v.rearrange(PART5)
                    .lanewise(LSHR, second)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .mul(spare[i + 5])
                    .intoArray(out, to + 5 * L);
            v.rearrange(PART6)
                    .lanewise(LSHR, first)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .mul(spare[i + 6])
                    .intoArray(out, to + 6 * L);
            v.rearrange(PART7)
                    .lanewise(LSHR, second)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .mul(spare[i + 7])
                    .intoArray(out, to + 7 * L);
        }
        return n;
    }

    /** A word at a time: without a table, more at once is too much for C2. */
    private static int fp4Moved(
            MemorySegment w, long from, int count, float[] out, int at, float[] spare) {
        IntVector first = IntVector.fromArray(I, ABOVE, 0);
        IntVector second = IntVector.fromArray(I, ABOVE, L);
        int n = count / 8 * 8;
        Segments.touch(w, from);
        for (int k = 0; k < n; k += L) {
            int word = w.get(WORD, from + 4L * (k / 8));
            Fp4Dots.value(
                            IntVector.broadcast(I, word)
                                    .lanewise(LSHL, L < 8 && k % 8 > 0 ? second : first))
                    .mul(spare[k / L])
                    .intoArray(out, at + k);
        }
        return n;
    }
}
