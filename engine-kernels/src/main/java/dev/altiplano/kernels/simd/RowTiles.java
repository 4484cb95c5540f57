package dev.altiplano.kernels.simd;

import static dev.altiplano.kernels.internal.TileOperands.STRIDE;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.internal.TileOperands;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Register tiles as {@link Tiles} whose left operand lies on the heap.
 *
 * <p>Why on the heap: single floats need no alignment, and an array access makes C2 far less work
 * than a segment's. With 12 rows from a segment it left every vector an object in two JVMs of
 * eighteen. The larger the tile, the fewer of the slots of the units that multiply go to addresses
 * and loop ends: 12 rows reach 88 to 91 % of the peak from the second-level cache, 8 rows 80 to 85
 * %.
 *
 * <p>Sums have the same order as those of {@link Tiles}, and so the same bits. A tile computes all
 * of its rows and keeps those that are asked for.
 */
final class RowTiles {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int L = F.length();

    /** Bytes of a vector. */
    private static final long V = F.vectorByteSize();

    /** Bytes from one k to the next in a panel. */
    private static final long STEP = 2 * V;

    /** See {@link Tiles}: an exit that keeps loads from being moved up. */
    @SuppressWarnings("NonFinalStaticField")
    private static int never = -1;

    private RowTiles() {}

    static void tile12x2(TileOperands t, int row, int rows) {
        tile12x2(t.rows, row * STRIDE, t.b, t.b0, t.depth, t.sums);
        Tiles.add(t, rows, 2);
    }

    private static void tile12x2(
            float[] a, int a0, MemorySegment b, long b0, int depth, float[] sums) {
        int stop = never;
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = s0a;
        FloatVector s1a = s0a;
        FloatVector s1b = s0a;
        FloatVector s2a = s0a;
        FloatVector s2b = s0a;
        FloatVector s3a = s0a;
        FloatVector s3b = s0a;
        FloatVector s4a = s0a;
        FloatVector s4b = s0a;
        FloatVector s5a = s0a;
        FloatVector s5b = s0a;
        FloatVector s6a = s0a;
        FloatVector s6b = s0a;
        FloatVector s7a = s0a;
        FloatVector s7b = s0a;
        FloatVector s8a = s0a;
        FloatVector s8b = s0a;
        FloatVector s9a = s0a;
        FloatVector s9b = s0a;
        FloatVector s10a = s0a;
        FloatVector s10b = s0a;
        FloatVector s11a = s0a;
        FloatVector s11b = s0a;
        for (int k = 0; k < depth; k++) {
            FloatVector xa = FloatVector.fromMemorySegment(F, b, b0 + STEP * k, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, b, b0 + STEP * k + V, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a[a0 + k]);
            s0a = w0.fma(xa, s0a);
            s0b = w0.fma(xb, s0b);
            FloatVector w1 = FloatVector.broadcast(F, a[a0 + STRIDE + k]);
            s1a = w1.fma(xa, s1a);
            s1b = w1.fma(xb, s1b);
            FloatVector w2 = FloatVector.broadcast(F, a[a0 + 2 * STRIDE + k]);
            s2a = w2.fma(xa, s2a);
            s2b = w2.fma(xb, s2b);
            FloatVector w3 = FloatVector.broadcast(F, a[a0 + 3 * STRIDE + k]);
            s3a = w3.fma(xa, s3a);
            s3b = w3.fma(xb, s3b);
            FloatVector w4 = FloatVector.broadcast(F, a[a0 + 4 * STRIDE + k]);
            s4a = w4.fma(xa, s4a);
            s4b = w4.fma(xb, s4b);
            FloatVector w5 = FloatVector.broadcast(F, a[a0 + 5 * STRIDE + k]);
            s5a = w5.fma(xa, s5a);
            s5b = w5.fma(xb, s5b);
            if (k == stop) {
                break;
            }
            FloatVector w6 = FloatVector.broadcast(F, a[a0 + 6 * STRIDE + k]);
            s6a = w6.fma(xa, s6a);
            s6b = w6.fma(xb, s6b);
            FloatVector w7 = FloatVector.broadcast(F, a[a0 + 7 * STRIDE + k]);
            s7a = w7.fma(xa, s7a);
            s7b = w7.fma(xb, s7b);
            FloatVector w8 = FloatVector.broadcast(F, a[a0 + 8 * STRIDE + k]);
            s8a = w8.fma(xa, s8a);
            s8b = w8.fma(xb, s8b);
            FloatVector w9 = FloatVector.broadcast(F, a[a0 + 9 * STRIDE + k]);
            s9a = w9.fma(xa, s9a);
            s9b = w9.fma(xb, s9b);
            FloatVector w10 = FloatVector.broadcast(F, a[a0 + 10 * STRIDE + k]);
            s10a = w10.fma(xa, s10a);
            s10b = w10.fma(xb, s10b);
            FloatVector w11 = FloatVector.broadcast(F, a[a0 + 11 * STRIDE + k]);
            s11a = w11.fma(xa, s11a);
            s11b = w11.fma(xb, s11b);
        }
        s0a.intoArray(sums, 0);
        s0b.intoArray(sums, L);
        s1a.intoArray(sums, 2 * L);
        s1b.intoArray(sums, 3 * L);
        s2a.intoArray(sums, 4 * L);
        s2b.intoArray(sums, 5 * L);
        s3a.intoArray(sums, 6 * L);
        s3b.intoArray(sums, 7 * L);
        s4a.intoArray(sums, 8 * L);
        s4b.intoArray(sums, 9 * L);
        s5a.intoArray(sums, 10 * L);
        s5b.intoArray(sums, 11 * L);
        s6a.intoArray(sums, 12 * L);
        s6b.intoArray(sums, 13 * L);
        s7a.intoArray(sums, 14 * L);
        s7b.intoArray(sums, 15 * L);
        s8a.intoArray(sums, 16 * L);
        s8b.intoArray(sums, 17 * L);
        s9a.intoArray(sums, 18 * L);
        s9b.intoArray(sums, 19 * L);
        s10a.intoArray(sums, 20 * L);
        s10b.intoArray(sums, 21 * L);
        s11a.intoArray(sums, 22 * L);
        s11b.intoArray(sums, 23 * L);
    }

    static void tile5x2(TileOperands t, int row, int rows) {
        tile5x2(t.rows, row * STRIDE, t.b, t.b0, t.depth, t.sums);
        Tiles.add(t, rows, 2);
    }

    private static void tile5x2(
            float[] a, int a0, MemorySegment b, long b0, int depth, float[] sums) {
        int stop = never;
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = s0a;
        FloatVector s1a = s0a;
        FloatVector s1b = s0a;
        FloatVector s2a = s0a;
        FloatVector s2b = s0a;
        FloatVector s3a = s0a;
        FloatVector s3b = s0a;
        FloatVector s4a = s0a;
        FloatVector s4b = s0a;
        for (int k = 0; k < depth; k++) {
            FloatVector xa = FloatVector.fromMemorySegment(F, b, b0 + STEP * k, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, b, b0 + STEP * k + V, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a[a0 + k]);
            s0a = w0.fma(xa, s0a);
            s0b = w0.fma(xb, s0b);
            FloatVector w1 = FloatVector.broadcast(F, a[a0 + STRIDE + k]);
            s1a = w1.fma(xa, s1a);
            s1b = w1.fma(xb, s1b);
            FloatVector w2 = FloatVector.broadcast(F, a[a0 + 2 * STRIDE + k]);
            s2a = w2.fma(xa, s2a);
            s2b = w2.fma(xb, s2b);
            if (k == stop) {
                break;
            }
            FloatVector w3 = FloatVector.broadcast(F, a[a0 + 3 * STRIDE + k]);
            s3a = w3.fma(xa, s3a);
            s3b = w3.fma(xb, s3b);
            FloatVector w4 = FloatVector.broadcast(F, a[a0 + 4 * STRIDE + k]);
            s4a = w4.fma(xa, s4a);
            s4b = w4.fma(xb, s4b);
        }
        s0a.intoArray(sums, 0);
        s0b.intoArray(sums, L);
        s1a.intoArray(sums, 2 * L);
        s1b.intoArray(sums, 3 * L);
        s2a.intoArray(sums, 4 * L);
        s2b.intoArray(sums, 5 * L);
        s3a.intoArray(sums, 6 * L);
        s3b.intoArray(sums, 7 * L);
        s4a.intoArray(sums, 8 * L);
        s4b.intoArray(sums, 9 * L);
    }

    static void tile4x2(TileOperands t, int row, int rows) {
        tile4x2(t.rows, row * STRIDE, t.b, t.b0, t.depth, t.sums);
        Tiles.add(t, rows, 2);
    }

    private static void tile4x2(
            float[] a, int a0, MemorySegment b, long b0, int depth, float[] sums) {
        int stop = never;
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = s0a;
        FloatVector s1a = s0a;
        FloatVector s1b = s0a;
        FloatVector s2a = s0a;
        FloatVector s2b = s0a;
        FloatVector s3a = s0a;
        FloatVector s3b = s0a;
        for (int k = 0; k < depth; k++) {
            FloatVector xa = FloatVector.fromMemorySegment(F, b, b0 + STEP * k, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, b, b0 + STEP * k + V, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a[a0 + k]);
            s0a = w0.fma(xa, s0a);
            s0b = w0.fma(xb, s0b);
            FloatVector w1 = FloatVector.broadcast(F, a[a0 + STRIDE + k]);
            s1a = w1.fma(xa, s1a);
            s1b = w1.fma(xb, s1b);
            if (k == stop) {
                break;
            }
            FloatVector w2 = FloatVector.broadcast(F, a[a0 + 2 * STRIDE + k]);
            s2a = w2.fma(xa, s2a);
            s2b = w2.fma(xb, s2b);
            FloatVector w3 = FloatVector.broadcast(F, a[a0 + 3 * STRIDE + k]);
            s3a = w3.fma(xa, s3a);
            s3b = w3.fma(xb, s3b);
        }
        s0a.intoArray(sums, 0);
        s0b.intoArray(sums, L);
        s1a.intoArray(sums, 2 * L);
        s1b.intoArray(sums, 3 * L);
        s2a.intoArray(sums, 4 * L);
        s2b.intoArray(sums, 5 * L);
        s3a.intoArray(sums, 6 * L);
        s3b.intoArray(sums, 7 * L);
    }

    static void tile12x1(TileOperands t, int row, int rows) {
        tile12x1(t.rows, row * STRIDE, t.b, t.b0, t.depth, t.sums);
        Tiles.add(t, rows, 1);
    }

    private static void tile12x1(
            float[] a, int a0, MemorySegment b, long b0, int depth, float[] sums) {
        int stop = never;
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        FloatVector s8 = s0;
        FloatVector s9 = s0;
        FloatVector s10 = s0;
        FloatVector s11 = s0;
        for (int k = 0; k < depth; k++) {
            FloatVector x = FloatVector.fromMemorySegment(F, b, b0 + STEP * k, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a[a0 + k]);
            s0 = w0.fma(x, s0);
            FloatVector w1 = FloatVector.broadcast(F, a[a0 + STRIDE + k]);
            s1 = w1.fma(x, s1);
            FloatVector w2 = FloatVector.broadcast(F, a[a0 + 2 * STRIDE + k]);
            s2 = w2.fma(x, s2);
            FloatVector w3 = FloatVector.broadcast(F, a[a0 + 3 * STRIDE + k]);
            s3 = w3.fma(x, s3);
            FloatVector w4 = FloatVector.broadcast(F, a[a0 + 4 * STRIDE + k]);
            s4 = w4.fma(x, s4);
            FloatVector w5 = FloatVector.broadcast(F, a[a0 + 5 * STRIDE + k]);
            s5 = w5.fma(x, s5);
            if (k == stop) {
                break;
            }
            FloatVector w6 = FloatVector.broadcast(F, a[a0 + 6 * STRIDE + k]);
            s6 = w6.fma(x, s6);
            FloatVector w7 = FloatVector.broadcast(F, a[a0 + 7 * STRIDE + k]);
            s7 = w7.fma(x, s7);
            FloatVector w8 = FloatVector.broadcast(F, a[a0 + 8 * STRIDE + k]);
            s8 = w8.fma(x, s8);
            FloatVector w9 = FloatVector.broadcast(F, a[a0 + 9 * STRIDE + k]);
            s9 = w9.fma(x, s9);
            FloatVector w10 = FloatVector.broadcast(F, a[a0 + 10 * STRIDE + k]);
            s10 = w10.fma(x, s10);
            FloatVector w11 = FloatVector.broadcast(F, a[a0 + 11 * STRIDE + k]);
            s11 = w11.fma(x, s11);
        }
        s0.intoArray(sums, 0);
        s1.intoArray(sums, L);
        s2.intoArray(sums, 2 * L);
        s3.intoArray(sums, 3 * L);
        s4.intoArray(sums, 4 * L);
        s5.intoArray(sums, 5 * L);
        s6.intoArray(sums, 6 * L);
        s7.intoArray(sums, 7 * L);
        s8.intoArray(sums, 8 * L);
        s9.intoArray(sums, 9 * L);
        s10.intoArray(sums, 10 * L);
        s11.intoArray(sums, 11 * L);
    }

    static void tile5x1(TileOperands t, int row, int rows) {
        tile5x1(t.rows, row * STRIDE, t.b, t.b0, t.depth, t.sums);
        Tiles.add(t, rows, 1);
    }

    private static void tile5x1(
            float[] a, int a0, MemorySegment b, long b0, int depth, float[] sums) {
        int stop = never;
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        for (int k = 0; k < depth; k++) {
            FloatVector x = FloatVector.fromMemorySegment(F, b, b0 + STEP * k, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a[a0 + k]);
            s0 = w0.fma(x, s0);
            FloatVector w1 = FloatVector.broadcast(F, a[a0 + STRIDE + k]);
            s1 = w1.fma(x, s1);
            FloatVector w2 = FloatVector.broadcast(F, a[a0 + 2 * STRIDE + k]);
            s2 = w2.fma(x, s2);
            if (k == stop) {
                break;
            }
            FloatVector w3 = FloatVector.broadcast(F, a[a0 + 3 * STRIDE + k]);
            s3 = w3.fma(x, s3);
            FloatVector w4 = FloatVector.broadcast(F, a[a0 + 4 * STRIDE + k]);
            s4 = w4.fma(x, s4);
        }
        s0.intoArray(sums, 0);
        s1.intoArray(sums, L);
        s2.intoArray(sums, 2 * L);
        s3.intoArray(sums, 3 * L);
        s4.intoArray(sums, 4 * L);
    }

    static void tile4x1(TileOperands t, int row, int rows) {
        tile4x1(t.rows, row * STRIDE, t.b, t.b0, t.depth, t.sums);
        Tiles.add(t, rows, 1);
    }

    private static void tile4x1(
            float[] a, int a0, MemorySegment b, long b0, int depth, float[] sums) {
        int stop = never;
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int k = 0; k < depth; k++) {
            FloatVector x = FloatVector.fromMemorySegment(F, b, b0 + STEP * k, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a[a0 + k]);
            s0 = w0.fma(x, s0);
            FloatVector w1 = FloatVector.broadcast(F, a[a0 + STRIDE + k]);
            s1 = w1.fma(x, s1);
            if (k == stop) {
                break;
            }
            FloatVector w2 = FloatVector.broadcast(F, a[a0 + 2 * STRIDE + k]);
            s2 = w2.fma(x, s2);
            FloatVector w3 = FloatVector.broadcast(F, a[a0 + 3 * STRIDE + k]);
            s3 = w3.fma(x, s3);
        }
        s0.intoArray(sums, 0);
        s1.intoArray(sums, L);
        s2.intoArray(sums, 2 * L);
        s3.intoArray(sums, 3 * L);
    }
}
