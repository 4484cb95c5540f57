package dev.altiplano.kernels.simd;

import static dev.altiplano.kernels.internal.TileOperands.STRIDE;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.TileOperands;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Register tiles as {@link PageTiles} with four vectors of columns instead of two, for Llama 4's
 * five query heads on a KV head: four streams of memory hide more of its latency than two, and a
 * broadcast serves twice as many columns. Twenty accumulators need the 32 registers of vectors of
 * 512 bit.
 *
 * <p>The sums have the same order as those of {@link Tiles}, and so the same bits. Asking for what
 * the next tile reads, a load for each line in between the arithmetic, took a third of the speed
 * instead of adding to it: a load that waits for memory holds up all that comes after it.
 */
final class PageQuads {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    /** Rows of the left operand. */
    private static final int ROWS = KernelSet.QUAD_ROWS;

    private static final int COLUMNS = 4;
    private static final int L = F.length();

    /** Bytes from one row of the left operand to the next. */
    private static final long ROW = 4L * STRIDE;

    /** See {@link Tiles}: an exit that keeps loads from being moved up. */
    @SuppressWarnings("NonFinalStaticField")
    private static int never = -1;

    private PageQuads() {}

    /** Whether there is such a tile, and registers for it. */
    static boolean takes(int rows, DType dtype) {
        return L == 16 && rows == ROWS && (dtype == DType.BF16 || dtype == DType.F32);
    }

    static void multiply(TileOperands t, DType dtype, long first, long stride, long apart) {
        if (dtype == DType.BF16) {
            bf16(t.a, t.a0, t.b, first, stride, t.depth, t.sums);
        } else {
            f32(t.a, t.a0, t.b, first, stride, t.depth, t.sums);
        }
        for (int column = 0; column < COLUMNS; column++) {
            finish(t, column, column * apart);
        }
    }

    /** Adds the sums of one vector of columns to the result, or puts them there. */
    private static void finish(TileOperands t, int column, long offset) {
        float[] sums = t.sums;
        MemorySegment c = t.c;
        for (int r = 0; r < ROWS; r++) {
            long at = t.c0 + offset + r * t.rowStep;
            FloatVector sum = FloatVector.fromArray(F, sums, (r * COLUMNS + column) * L);
            if (!t.fresh) {
                sum = FloatVector.fromMemorySegment(F, c, at, LITTLE_ENDIAN).add(sum);
            }
            sum.intoMemorySegment(c, at, LITTLE_ENDIAN);
        }
    }

    private static void bf16(
            MemorySegment a,
            long a0,
            MemorySegment b,
            long o0,
            long stride,
            int depth,
            float[] sums) {
        int stop = never;
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        FloatVector s00 = FloatVector.zero(F);
        FloatVector s01 = s00;
        FloatVector s02 = s00;
        FloatVector s03 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s12 = s00;
        FloatVector s13 = s00;
        FloatVector s20 = s00;
        FloatVector s21 = s00;
        FloatVector s22 = s00;
        FloatVector s23 = s00;
        FloatVector s30 = s00;
        FloatVector s31 = s00;
        FloatVector s32 = s00;
        FloatVector s33 = s00;
        FloatVector s40 = s00;
        FloatVector s41 = s00;
        FloatVector s42 = s00;
        FloatVector s43 = s00;
        for (int k = 0; k < depth; k++) {
            FloatVector x0 =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, b, o0 + 32L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats();
            FloatVector x1 =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, b, o1 + 32L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats();
            FloatVector x2 =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, b, o2 + 32L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats();
            FloatVector x3 =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, b, o3 + 32L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats();
            FloatVector w0 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4L * k));
            s00 = w0.fma(x0, s00);
            s01 = w0.fma(x1, s01);
            s02 = w0.fma(x2, s02);
            s03 = w0.fma(x3, s03);
            FloatVector w1 = FloatVector.broadcast(F, a.get(FLOAT, a0 + ROW + 4L * k));
            s10 = w1.fma(x0, s10);
            s11 = w1.fma(x1, s11);
            s12 = w1.fma(x2, s12);
            s13 = w1.fma(x3, s13);
            FloatVector w2 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 2 * ROW + 4L * k));
            s20 = w2.fma(x0, s20);
            s21 = w2.fma(x1, s21);
            s22 = w2.fma(x2, s22);
            s23 = w2.fma(x3, s23);
            if (k == stop) {
                break;
            }
            FloatVector w3 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 3 * ROW + 4L * k));
            s30 = w3.fma(x0, s30);
            s31 = w3.fma(x1, s31);
            s32 = w3.fma(x2, s32);
            s33 = w3.fma(x3, s33);
            FloatVector w4 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4 * ROW + 4L * k));
            s40 = w4.fma(x0, s40);
            s41 = w4.fma(x1, s41);
            s42 = w4.fma(x2, s42);
            s43 = w4.fma(x3, s43);
        }
        s00.intoArray(sums, 0);
        s01.intoArray(sums, L);
        s02.intoArray(sums, 2 * L);
        s03.intoArray(sums, 3 * L);
        s10.intoArray(sums, 4 * L);
        s11.intoArray(sums, 5 * L);
        s12.intoArray(sums, 6 * L);
        s13.intoArray(sums, 7 * L);
        s20.intoArray(sums, 8 * L);
        s21.intoArray(sums, 9 * L);
        s22.intoArray(sums, 10 * L);
        s23.intoArray(sums, 11 * L);
        s30.intoArray(sums, 12 * L);
        s31.intoArray(sums, 13 * L);
        s32.intoArray(sums, 14 * L);
        s33.intoArray(sums, 15 * L);
        s40.intoArray(sums, 16 * L);
        s41.intoArray(sums, 17 * L);
        s42.intoArray(sums, 18 * L);
        s43.intoArray(sums, 19 * L);
    }

    private static void f32(
            MemorySegment a,
            long a0,
            MemorySegment b,
            long o0,
            long stride,
            int depth,
            float[] sums) {
        int stop = never;
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        FloatVector s00 = FloatVector.zero(F);
        FloatVector s01 = s00;
        FloatVector s02 = s00;
        FloatVector s03 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s12 = s00;
        FloatVector s13 = s00;
        FloatVector s20 = s00;
        FloatVector s21 = s00;
        FloatVector s22 = s00;
        FloatVector s23 = s00;
        FloatVector s30 = s00;
        FloatVector s31 = s00;
        FloatVector s32 = s00;
        FloatVector s33 = s00;
        FloatVector s40 = s00;
        FloatVector s41 = s00;
        FloatVector s42 = s00;
        FloatVector s43 = s00;
        for (int k = 0; k < depth; k++) {
            FloatVector x0 = FloatVector.fromMemorySegment(F, b, o0 + 64L * k, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(F, b, o1 + 64L * k, LITTLE_ENDIAN);
            FloatVector x2 = FloatVector.fromMemorySegment(F, b, o2 + 64L * k, LITTLE_ENDIAN);
            FloatVector x3 = FloatVector.fromMemorySegment(F, b, o3 + 64L * k, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4L * k));
            s00 = w0.fma(x0, s00);
            s01 = w0.fma(x1, s01);
            s02 = w0.fma(x2, s02);
            s03 = w0.fma(x3, s03);
            FloatVector w1 = FloatVector.broadcast(F, a.get(FLOAT, a0 + ROW + 4L * k));
            s10 = w1.fma(x0, s10);
            s11 = w1.fma(x1, s11);
            s12 = w1.fma(x2, s12);
            s13 = w1.fma(x3, s13);
            FloatVector w2 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 2 * ROW + 4L * k));
            s20 = w2.fma(x0, s20);
            s21 = w2.fma(x1, s21);
            s22 = w2.fma(x2, s22);
            s23 = w2.fma(x3, s23);
            if (k == stop) {
                break;
            }
            FloatVector w3 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 3 * ROW + 4L * k));
            s30 = w3.fma(x0, s30);
            s31 = w3.fma(x1, s31);
            s32 = w3.fma(x2, s32);
            s33 = w3.fma(x3, s33);
            FloatVector w4 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4 * ROW + 4L * k));
            s40 = w4.fma(x0, s40);
            s41 = w4.fma(x1, s41);
            s42 = w4.fma(x2, s42);
            s43 = w4.fma(x3, s43);
        }
        s00.intoArray(sums, 0);
        s01.intoArray(sums, L);
        s02.intoArray(sums, 2 * L);
        s03.intoArray(sums, 3 * L);
        s10.intoArray(sums, 4 * L);
        s11.intoArray(sums, 5 * L);
        s12.intoArray(sums, 6 * L);
        s13.intoArray(sums, 7 * L);
        s20.intoArray(sums, 8 * L);
        s21.intoArray(sums, 9 * L);
        s22.intoArray(sums, 10 * L);
        s23.intoArray(sums, 11 * L);
        s30.intoArray(sums, 12 * L);
        s31.intoArray(sums, 13 * L);
        s32.intoArray(sums, 14 * L);
        s33.intoArray(sums, 15 * L);
        s40.intoArray(sums, 16 * L);
        s41.intoArray(sums, 17 * L);
        s42.intoArray(sums, 18 * L);
        s43.intoArray(sums, 19 * L);
    }
}
