package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Scales;
import dev.altiplano.kernels.ZeroPoints;
import dev.altiplano.kernels.internal.GroupScales;
import dev.altiplano.kernels.internal.Weights;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;

/** Scales and zero points of rows of grouped 4-bit codes, decoded for {@link GroupScales}. */
final class ScaleRows {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final int L = F.length();

    /** Rows whose scales are decoded together at most. */
    static final int ROWS = 4;

    /** Codes in a block: eight in every lane. */
    static final int BLOCK = 8 * L;

    /** Lane by lane the scale of a block with 1, 2, 4, … of them. */
    private static final int[][] SPREADS = new int[6][L];

    static {
        for (int log = 0; 1 << log <= L; log++) {
            for (int i = 0; i < L; i++) {
                SPREADS[log][i] = (i << log) / L;
            }
        }
    }

    private ScaleRows() {}

    /** Whether no lane of a block needs two scales, and no scale ends inside a block. */
    static boolean takes(Matrix m) {
        Scales s = m.scales();
        return s != null
                && s.groups() == null
                && (s.inputBlock() >= m.inputs()
                        || s.inputBlock() % BLOCK == 0
                        || (s.inputBlock() % 8 == 0 && BLOCK % s.inputBlock() == 0));
    }

    /** Sets sizes, and makes room for as many rows as kernels read side by side. */
    static void prepare(Matrix m, Scales s, GroupScales g) {
        g.perBlock = perBlock(m, s);
        g.perRow = m.inputs() / BLOCK * g.perBlock;
        g.spread = SPREADS[Integer.numberOfTrailingZeros(g.perBlock)];
        int room = ROWS * g.perRow + 2 * L;
        if (g.values.length < room) {
            g.values = new float[room];
            g.zeros = new float[room];
        }
    }

    private static int perBlock(Matrix m, Scales s) {
        return s.inputBlock() >= m.inputs() ? 1 : Math.max(1, BLOCK / s.inputBlock());
    }

    /** Decodes the scales of a row, and its zero points, to place {@code i}. */
    static void fill(Matrix m, Scales s, int row, int i, GroupScales g) {
        int at = i * g.perRow;
        int repeats = s.inputBlock() >= m.inputs() ? g.perRow : s.inputBlock() / BLOCK;
        int count = repeats > 1 ? (g.perRow + repeats - 1) / repeats : g.perRow;
        int block = row / s.outputBlock();
        int blocks = s.inputBlocks(m.inputs());
        scales(s, (long) block * blocks, count, g.values, at);
        repeat(g.values, at, repeats, g.perRow);
        ZeroPoints z = s.zeroPoints();
        if (z != null) {
            zeros(m, row, z, block, blocks, count, g.zeros, at);
            repeat(g.zeros, at, repeats, g.perRow);
        }
    }

    /** Each value several times, in place. */
    private static void repeat(float[] values, int at, int repeats, int total) {
        for (int i = total - 1; i >= 0 && repeats > 1; i--) {
            values[at + i] = values[at + i / repeats];
        }
    }

    /** Scales as they are stored, from number {@code first} on. */
    static void scales(Scales s, long first, int count, float[] out, int at) {
        DType type = s.dtype();
        MemorySegment data = s.data();
        long from = first * type.bytes();
        // whatever lies behind the last one may be decoded too, where there is something
        long end = from + (long) (F.loopBound(count + L - 1) + Bytes.SPARE) * type.bytes();
        int n = end <= data.byteSize() ? F.loopBound(count + L - 1) : 0;
        switch (type) {
            case BF16 -> Decode.bf16(data, from, out, at, n);
            case F16 -> Decode.f16(data, from, out, at, n);
            case F32 -> Decode.f32(data, from, out, at, n);
            default -> Bytes.fp8(data, from, out, at, n);
        }
        for (int i = n; i < count; i++) {
            out[at + i] = Weights.at(data, type, from + (long) i * type.bytes());
        }
    }

    private static void zeros(
            Matrix m,
            int row,
            ZeroPoints z,
            int block,
            int blocks,
            int count,
            float[] out,
            int at) {
        int n = 0;
        if (z.dtype() != DType.I8) { // words hold codes of several rows
            int bits = z.dtype().bits();
            int perWord = 32 / bits;
            long from = 4L * (block / perWord) * blocks;
            n = F.loopBound(count);
            field(z.data(), from, bits * (block % perWord), bits, n, out, at);
        }
        for (int i = n; i < count; i++) {
            out[at + i] = m.zero(row, Math.min(i * blockInputs(m), m.inputs() - 1));
        }
    }

    private static int blockInputs(Matrix m) {
        return Objects.requireNonNull(m.scales()).inputBlock();
    }

    /** A few bits of each word, less their middle. */
    private static void field(
            MemorySegment words, long from, int shift, int bits, int n, float[] out, int at) {
        int mask = (1 << bits) - 1;
        for (int i = 0; i < n; i += L) {
            ((FloatVector)
                            IntVector.fromMemorySegment(I, words, from + 4L * i, LITTLE_ENDIAN)
                                    .lanewise(LSHR, shift)
                                    .and(mask)
                                    .convert(I2F, 0))
                    .sub(1 << (bits - 1))
                    .intoArray(out, at + i);
        }
    }

    /**
     * Sums of activations per scale, for {@link #zeroTerm}.
     *
     * @param each activations that share a scale
     */
    static void sums(float[] x, int from, int each, GroupScales g, int row) {
        int room = (row + 1) * g.perRow;
        if (g.sums.length < room) {
            g.sums = Arrays.copyOf(g.sums, room);
        }
        for (int i = 0; i < g.perRow; i++) {
            double sum = 0;
            for (int k = 0; k < each; k++) {
                sum += x[from + i * each + k];
            }
            g.sums[row * g.perRow + i] = (float) sum;
        }
    }

    /**
     * What the zero points of weight row {@code i} take away from its product with row {@code t} of
     * activations.
     */
    static float zeroTerm(GroupScales g, int i, int t, float[] lanes) {
        int n = g.perRow;
        int at = i * n;
        int from = t * n;
        int whole = F.loopBound(n);
        FloatVector total = FloatVector.zero(F);
        for (int k = 0; k < whole; k += L) {
            total =
                    FloatVector.fromArray(F, g.values, at + k)
                            .mul(FloatVector.fromArray(F, g.zeros, at + k))
                            .fma(FloatVector.fromArray(F, g.sums, from + k), total);
        }
        total.intoArray(lanes, 0);
        float sum = Elements.sumOfLanes(lanes, 0);
        for (int k = whole; k < n; k++) {
            sum = Math.fma(g.values[at + k] * g.zeros[at + k], g.sums[from + k], sum);
        }
        return sum;
    }
}
