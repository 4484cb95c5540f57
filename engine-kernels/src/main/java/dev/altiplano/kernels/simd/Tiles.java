package dev.altiplano.kernels.simd;

import static dev.altiplano.kernels.internal.TileOperands.STRIDE;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.internal.TileOperands;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Register tiles of a matrix product: {@code c[r, j] += sum over k of a[r, k] * b[k, j]} for a few
 * rows r and one or two vectors of columns j.
 *
 * <p>Each sum is one chain of fused multiply-adds in the order of k, which goes on from what an
 * array holds and is left there: a result does not depend on the tile that computed it, nor on how
 * many calls it took. A tile computes all of its rows, whether they are asked for or not.
 *
 * <p>Why everything is written out: C2 keeps accumulators in registers only when they are local
 * variables, and refuses to inline helpers into bodies of this size. The accumulator is the addend
 * of {@code fma} because x86 overwrites the addend. Strides are constants, or else C2 checks the
 * bounds of every access. Nothing else is written out that a loop can do: C1 runs out of registers,
 * and a method that it gives up may never reach C2. Operands come as parameters: read from fields
 * in the same method, C2 moves addresses to vector registers and back in every step, at a quarter
 * of the speed.
 *
 * <p>The left operand lies on the heap: single floats need no alignment, and an array access makes
 * the compilers far less work than a segment's. With 12 rows from a segment C2 left every vector an
 * object in two JVMs of eighteen. The larger the tile, the fewer of the slots of the units that
 * multiply go to addresses and loop ends: 12 rows reach 88 to 91 % of the peak from the
 * second-level cache, 8 rows 80 to 85 %.
 */
final class Tiles {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int L = F.length();

    /** Bytes of a vector. */
    private static final long V = F.vectorByteSize();

    /** Bytes from one k to the next in a panel. */
    private static final long STEP = 2 * V;

    /**
     * Never reached, but C2 must not know: an exit in the middle of a loop body keeps the loads
     * behind it from being moved up, where they would push accumulators out of 16 registers, and
     * keeps C2 from unrolling, which does the same with 32.
     */
    @SuppressWarnings("NonFinalStaticField")
    private static int never = -1;

    private Tiles() {}

    /** Adds the sums of a tile to its result, or puts them there. */
    static void add(TileOperands t, float[] sums, int at, int rows, int vectors) {
        if (t.fresh) {
            put(t, sums, at, rows, vectors);
            return;
        }
        MemorySegment c = t.c;
        for (int r = 0; r < rows; r++) {
            long from = t.c0 + r * t.rowStep;
            for (int v = 0; v < vectors; v++) {
                FloatVector sum = FloatVector.fromArray(F, sums, at + (r * vectors + v) * L);
                FloatVector.fromMemorySegment(F, c, from + v * V, LITTLE_ENDIAN)
                        .add(sum)
                        .intoMemorySegment(c, from + v * V, LITTLE_ENDIAN);
            }
        }
    }

    private static void put(TileOperands t, float[] sums, int at, int rows, int vectors) {
        MemorySegment c = t.c;
        for (int r = 0; r < rows; r++) {
            long to = t.c0 + r * t.rowStep;
            for (int v = 0; v < vectors; v++) {
                FloatVector.fromArray(F, sums, at + (r * vectors + v) * L)
                        .intoMemorySegment(c, to + v * V, LITTLE_ENDIAN);
            }
        }
    }

    static void tile12x2(TileOperands t, int row, float[] sums, int at) {
        tile12x2(t.rows, t.row0 + row * STRIDE, t.b, t.b0, t.depth, sums, at);
    }

    private static void tile12x2(
            float[] a, int a0, MemorySegment b, long b0, int depth, float[] sums, int at) {
        int stop = never;
        FloatVector s0a = FloatVector.fromArray(F, sums, at);
        FloatVector s0b = FloatVector.fromArray(F, sums, at + L);
        FloatVector s1a = FloatVector.fromArray(F, sums, at + 2 * L);
        FloatVector s1b = FloatVector.fromArray(F, sums, at + 3 * L);
        FloatVector s2a = FloatVector.fromArray(F, sums, at + 4 * L);
        FloatVector s2b = FloatVector.fromArray(F, sums, at + 5 * L);
        FloatVector s3a = FloatVector.fromArray(F, sums, at + 6 * L);
        FloatVector s3b = FloatVector.fromArray(F, sums, at + 7 * L);
        FloatVector s4a = FloatVector.fromArray(F, sums, at + 8 * L);
        FloatVector s4b = FloatVector.fromArray(F, sums, at + 9 * L);
        FloatVector s5a = FloatVector.fromArray(F, sums, at + 10 * L);
        FloatVector s5b = FloatVector.fromArray(F, sums, at + 11 * L);
        FloatVector s6a = FloatVector.fromArray(F, sums, at + 12 * L);
        FloatVector s6b = FloatVector.fromArray(F, sums, at + 13 * L);
        FloatVector s7a = FloatVector.fromArray(F, sums, at + 14 * L);
        FloatVector s7b = FloatVector.fromArray(F, sums, at + 15 * L);
        FloatVector s8a = FloatVector.fromArray(F, sums, at + 16 * L);
        FloatVector s8b = FloatVector.fromArray(F, sums, at + 17 * L);
        FloatVector s9a = FloatVector.fromArray(F, sums, at + 18 * L);
        FloatVector s9b = FloatVector.fromArray(F, sums, at + 19 * L);
        FloatVector s10a = FloatVector.fromArray(F, sums, at + 20 * L);
        FloatVector s10b = FloatVector.fromArray(F, sums, at + 21 * L);
        FloatVector s11a = FloatVector.fromArray(F, sums, at + 22 * L);
        FloatVector s11b = FloatVector.fromArray(F, sums, at + 23 * L);
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
        s0a.intoArray(sums, at);
        s0b.intoArray(sums, at + L);
        s1a.intoArray(sums, at + 2 * L);
        s1b.intoArray(sums, at + 3 * L);
        s2a.intoArray(sums, at + 4 * L);
        s2b.intoArray(sums, at + 5 * L);
        s3a.intoArray(sums, at + 6 * L);
        s3b.intoArray(sums, at + 7 * L);
        s4a.intoArray(sums, at + 8 * L);
        s4b.intoArray(sums, at + 9 * L);
        s5a.intoArray(sums, at + 10 * L);
        s5b.intoArray(sums, at + 11 * L);
        s6a.intoArray(sums, at + 12 * L);
        s6b.intoArray(sums, at + 13 * L);
        s7a.intoArray(sums, at + 14 * L);
        s7b.intoArray(sums, at + 15 * L);
        s8a.intoArray(sums, at + 16 * L);
        s8b.intoArray(sums, at + 17 * L);
        s9a.intoArray(sums, at + 18 * L);
        s9b.intoArray(sums, at + 19 * L);
        s10a.intoArray(sums, at + 20 * L);
        s10b.intoArray(sums, at + 21 * L);
        s11a.intoArray(sums, at + 22 * L);
        s11b.intoArray(sums, at + 23 * L);
    }

    static void tile5x2(TileOperands t, int row, float[] sums, int at) {
        tile5x2(t.rows, t.row0 + row * STRIDE, t.b, t.b0, t.depth, sums, at);
    }

    private static void tile5x2(
            float[] a, int a0, MemorySegment b, long b0, int depth, float[] sums, int at) {
        int stop = never;
        FloatVector s0a = FloatVector.fromArray(F, sums, at);
        FloatVector s0b = FloatVector.fromArray(F, sums, at + L);
        FloatVector s1a = FloatVector.fromArray(F, sums, at + 2 * L);
        FloatVector s1b = FloatVector.fromArray(F, sums, at + 3 * L);
        FloatVector s2a = FloatVector.fromArray(F, sums, at + 4 * L);
        FloatVector s2b = FloatVector.fromArray(F, sums, at + 5 * L);
        FloatVector s3a = FloatVector.fromArray(F, sums, at + 6 * L);
        FloatVector s3b = FloatVector.fromArray(F, sums, at + 7 * L);
        FloatVector s4a = FloatVector.fromArray(F, sums, at + 8 * L);
        FloatVector s4b = FloatVector.fromArray(F, sums, at + 9 * L);
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
        s0a.intoArray(sums, at);
        s0b.intoArray(sums, at + L);
        s1a.intoArray(sums, at + 2 * L);
        s1b.intoArray(sums, at + 3 * L);
        s2a.intoArray(sums, at + 4 * L);
        s2b.intoArray(sums, at + 5 * L);
        s3a.intoArray(sums, at + 6 * L);
        s3b.intoArray(sums, at + 7 * L);
        s4a.intoArray(sums, at + 8 * L);
        s4b.intoArray(sums, at + 9 * L);
    }

    static void tile4x2(TileOperands t, int row, float[] sums, int at) {
        tile4x2(t.rows, t.row0 + row * STRIDE, t.b, t.b0, t.depth, sums, at);
    }

    private static void tile4x2(
            float[] a, int a0, MemorySegment b, long b0, int depth, float[] sums, int at) {
        int stop = never;
        FloatVector s0a = FloatVector.fromArray(F, sums, at);
        FloatVector s0b = FloatVector.fromArray(F, sums, at + L);
        FloatVector s1a = FloatVector.fromArray(F, sums, at + 2 * L);
        FloatVector s1b = FloatVector.fromArray(F, sums, at + 3 * L);
        FloatVector s2a = FloatVector.fromArray(F, sums, at + 4 * L);
        FloatVector s2b = FloatVector.fromArray(F, sums, at + 5 * L);
        FloatVector s3a = FloatVector.fromArray(F, sums, at + 6 * L);
        FloatVector s3b = FloatVector.fromArray(F, sums, at + 7 * L);
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
        s0a.intoArray(sums, at);
        s0b.intoArray(sums, at + L);
        s1a.intoArray(sums, at + 2 * L);
        s1b.intoArray(sums, at + 3 * L);
        s2a.intoArray(sums, at + 4 * L);
        s2b.intoArray(sums, at + 5 * L);
        s3a.intoArray(sums, at + 6 * L);
        s3b.intoArray(sums, at + 7 * L);
    }

    static void tile12x1(TileOperands t, int row, float[] sums, int at) {
        tile12x1(t.rows, t.row0 + row * STRIDE, t.b, t.b0, t.depth, sums, at);
    }

    private static void tile12x1(
            float[] a, int a0, MemorySegment b, long b0, int depth, float[] sums, int at) {
        int stop = never;
        FloatVector s0 = FloatVector.fromArray(F, sums, at);
        FloatVector s1 = FloatVector.fromArray(F, sums, at + L);
        FloatVector s2 = FloatVector.fromArray(F, sums, at + 2 * L);
        FloatVector s3 = FloatVector.fromArray(F, sums, at + 3 * L);
        FloatVector s4 = FloatVector.fromArray(F, sums, at + 4 * L);
        FloatVector s5 = FloatVector.fromArray(F, sums, at + 5 * L);
        FloatVector s6 = FloatVector.fromArray(F, sums, at + 6 * L);
        FloatVector s7 = FloatVector.fromArray(F, sums, at + 7 * L);
        FloatVector s8 = FloatVector.fromArray(F, sums, at + 8 * L);
        FloatVector s9 = FloatVector.fromArray(F, sums, at + 9 * L);
        FloatVector s10 = FloatVector.fromArray(F, sums, at + 10 * L);
        FloatVector s11 = FloatVector.fromArray(F, sums, at + 11 * L);
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
        s0.intoArray(sums, at);
        s1.intoArray(sums, at + L);
        s2.intoArray(sums, at + 2 * L);
        s3.intoArray(sums, at + 3 * L);
        s4.intoArray(sums, at + 4 * L);
        s5.intoArray(sums, at + 5 * L);
        s6.intoArray(sums, at + 6 * L);
        s7.intoArray(sums, at + 7 * L);
        s8.intoArray(sums, at + 8 * L);
        s9.intoArray(sums, at + 9 * L);
        s10.intoArray(sums, at + 10 * L);
        s11.intoArray(sums, at + 11 * L);
    }

    static void tile5x1(TileOperands t, int row, float[] sums, int at) {
        tile5x1(t.rows, t.row0 + row * STRIDE, t.b, t.b0, t.depth, sums, at);
    }

    private static void tile5x1(
            float[] a, int a0, MemorySegment b, long b0, int depth, float[] sums, int at) {
        int stop = never;
        FloatVector s0 = FloatVector.fromArray(F, sums, at);
        FloatVector s1 = FloatVector.fromArray(F, sums, at + L);
        FloatVector s2 = FloatVector.fromArray(F, sums, at + 2 * L);
        FloatVector s3 = FloatVector.fromArray(F, sums, at + 3 * L);
        FloatVector s4 = FloatVector.fromArray(F, sums, at + 4 * L);
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
        s0.intoArray(sums, at);
        s1.intoArray(sums, at + L);
        s2.intoArray(sums, at + 2 * L);
        s3.intoArray(sums, at + 3 * L);
        s4.intoArray(sums, at + 4 * L);
    }

    static void tile4x1(TileOperands t, int row, float[] sums, int at) {
        tile4x1(t.rows, t.row0 + row * STRIDE, t.b, t.b0, t.depth, sums, at);
    }

    private static void tile4x1(
            float[] a, int a0, MemorySegment b, long b0, int depth, float[] sums, int at) {
        int stop = never;
        FloatVector s0 = FloatVector.fromArray(F, sums, at);
        FloatVector s1 = FloatVector.fromArray(F, sums, at + L);
        FloatVector s2 = FloatVector.fromArray(F, sums, at + 2 * L);
        FloatVector s3 = FloatVector.fromArray(F, sums, at + 3 * L);
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
        s0.intoArray(sums, at);
        s1.intoArray(sums, at + L);
        s2.intoArray(sums, at + 2 * L);
        s3.intoArray(sums, at + 3 * L);
    }
}
