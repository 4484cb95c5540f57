package dev.altiplano.kernels.simd;

import static dev.altiplano.kernels.internal.TileOperands.STRIDE;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.internal.TileOperands;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Register tiles of a matrix product: {@code c[r, j] += sum over k of a[r, k] * b[k, j]} for a few
 * rows r and one or two vectors of columns j.
 *
 * <p>Each sum is one chain of fused multiply-adds in the order of k that starts from zero, whatever
 * the shape of the tile: a result does not depend on the tile that computed it.
 *
 * <p>Why everything is written out: C2 keeps accumulators in registers only when they are local
 * variables, and refuses to inline helpers into bodies of this size. The accumulator is the addend
 * of {@code fma} because x86 overwrites the addend. Strides are constants, or else C2 checks the
 * bounds of every access. Nothing is written out that a loop can do: with 12 rows of accumulators
 * C1 runs out of registers, and a method that it gives up may never reach C2. Operands come as
 * parameters: read from fields in the same method, C2 moves addresses to vector registers and back
 * in every step, at a quarter of the speed.
 */
final class Tiles {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private static final int L = F.length();

    /** Bytes of a vector. */
    private static final long V = F.vectorByteSize();

    /** Bytes from one row of the left operand to the next. */
    private static final long ROW = 4L * STRIDE;

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
    static void add(TileOperands t, int rows, int vectors) {
        if (t.fresh) {
            put(t, rows, vectors);
            return;
        }
        float[] sums = t.sums;
        MemorySegment c = t.c;
        for (int r = 0; r < rows; r++) {
            long from = t.c0 + r * t.rowStep;
            for (int v = 0; v < vectors; v++) {
                FloatVector sum = FloatVector.fromArray(F, sums, (r * vectors + v) * L);
                FloatVector.fromMemorySegment(F, c, from + v * V, LITTLE_ENDIAN)
                        .add(sum)
                        .intoMemorySegment(c, from + v * V, LITTLE_ENDIAN);
            }
        }
    }

    private static void put(TileOperands t, int rows, int vectors) {
        float[] sums = t.sums;
        MemorySegment c = t.c;
        for (int r = 0; r < rows; r++) {
            long to = t.c0 + r * t.rowStep;
            for (int v = 0; v < vectors; v++) {
                FloatVector.fromArray(F, sums, (r * vectors + v) * L)
                        .intoMemorySegment(c, to + v * V, LITTLE_ENDIAN);
            }
        }
    }

    static void tile8x2(TileOperands t) {
        tile8x2(t.a, t.a0, t.b, t.b0, t.depth, t.sums);
        add(t, 8, 2);
    }

    private static void tile8x2(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, float[] sums) {
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
        for (int k = 0; k < depth; k++) {
            FloatVector xa = FloatVector.fromMemorySegment(F, b, b0 + STEP * k, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, b, b0 + STEP * k + V, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4L * k));
            s0a = w0.fma(xa, s0a);
            s0b = w0.fma(xb, s0b);
            FloatVector w1 = FloatVector.broadcast(F, a.get(FLOAT, a0 + ROW + 4L * k));
            s1a = w1.fma(xa, s1a);
            s1b = w1.fma(xb, s1b);
            FloatVector w2 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 2 * ROW + 4L * k));
            s2a = w2.fma(xa, s2a);
            s2b = w2.fma(xb, s2b);
            FloatVector w3 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 3 * ROW + 4L * k));
            s3a = w3.fma(xa, s3a);
            s3b = w3.fma(xb, s3b);
            FloatVector w4 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4 * ROW + 4L * k));
            s4a = w4.fma(xa, s4a);
            s4b = w4.fma(xb, s4b);
            FloatVector w5 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 5 * ROW + 4L * k));
            s5a = w5.fma(xa, s5a);
            s5b = w5.fma(xb, s5b);
            FloatVector w6 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 6 * ROW + 4L * k));
            s6a = w6.fma(xa, s6a);
            s6b = w6.fma(xb, s6b);
            FloatVector w7 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 7 * ROW + 4L * k));
            s7a = w7.fma(xa, s7a);
            s7b = w7.fma(xb, s7b);
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
    }

    static void tile5x2(TileOperands t) {
        tile5x2(t.a, t.a0, t.b, t.b0, t.depth, t.sums);
        add(t, 5, 2);
    }

    private static void tile5x2(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, float[] sums) {
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
            FloatVector w0 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4L * k));
            s0a = w0.fma(xa, s0a);
            s0b = w0.fma(xb, s0b);
            FloatVector w1 = FloatVector.broadcast(F, a.get(FLOAT, a0 + ROW + 4L * k));
            s1a = w1.fma(xa, s1a);
            s1b = w1.fma(xb, s1b);
            FloatVector w2 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 2 * ROW + 4L * k));
            s2a = w2.fma(xa, s2a);
            s2b = w2.fma(xb, s2b);
            if (k == stop) {
                break;
            }
            FloatVector w3 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 3 * ROW + 4L * k));
            s3a = w3.fma(xa, s3a);
            s3b = w3.fma(xb, s3b);
            FloatVector w4 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4 * ROW + 4L * k));
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

    static void tile4x2(TileOperands t) {
        tile4x2(t.a, t.a0, t.b, t.b0, t.depth, t.sums);
        add(t, 4, 2);
    }

    private static void tile4x2(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, float[] sums) {
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
            FloatVector w0 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4L * k));
            s0a = w0.fma(xa, s0a);
            s0b = w0.fma(xb, s0b);
            FloatVector w1 = FloatVector.broadcast(F, a.get(FLOAT, a0 + ROW + 4L * k));
            s1a = w1.fma(xa, s1a);
            s1b = w1.fma(xb, s1b);
            if (k == stop) {
                break;
            }
            FloatVector w2 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 2 * ROW + 4L * k));
            s2a = w2.fma(xa, s2a);
            s2b = w2.fma(xb, s2b);
            FloatVector w3 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 3 * ROW + 4L * k));
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

    static void tile2x2(TileOperands t) {
        tile2x2(t.a, t.a0, t.b, t.b0, t.depth, t.sums);
        add(t, 2, 2);
    }

    private static void tile2x2(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, float[] sums) {
        int stop = never;
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = s0a;
        FloatVector s1a = s0a;
        FloatVector s1b = s0a;
        for (int k = 0; k < depth; k++) {
            FloatVector xa = FloatVector.fromMemorySegment(F, b, b0 + STEP * k, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, b, b0 + STEP * k + V, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4L * k));
            s0a = w0.fma(xa, s0a);
            s0b = w0.fma(xb, s0b);
            if (k == stop) {
                break;
            }
            FloatVector w1 = FloatVector.broadcast(F, a.get(FLOAT, a0 + ROW + 4L * k));
            s1a = w1.fma(xa, s1a);
            s1b = w1.fma(xb, s1b);
        }
        s0a.intoArray(sums, 0);
        s0b.intoArray(sums, L);
        s1a.intoArray(sums, 2 * L);
        s1b.intoArray(sums, 3 * L);
    }

    static void tile1x2(TileOperands t) {
        tile1x2(t.a, t.a0, t.b, t.b0, t.depth, t.sums);
        add(t, 1, 2);
    }

    private static void tile1x2(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, float[] sums) {
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = s0a;
        for (int k = 0; k < depth; k++) {
            FloatVector xa = FloatVector.fromMemorySegment(F, b, b0 + STEP * k, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, b, b0 + STEP * k + V, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4L * k));
            s0a = w0.fma(xa, s0a);
            s0b = w0.fma(xb, s0b);
        }
        s0a.intoArray(sums, 0);
        s0b.intoArray(sums, L);
    }

    static void tile8x1(TileOperands t) {
        tile8x1(t.a, t.a0, t.b, t.b0, t.depth, t.sums);
        add(t, 8, 1);
    }

    private static void tile8x1(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, float[] sums) {
        int stop = never;
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        for (int k = 0; k < depth; k++) {
            FloatVector x = FloatVector.fromMemorySegment(F, b, b0 + STEP * k, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4L * k));
            s0 = w0.fma(x, s0);
            FloatVector w1 = FloatVector.broadcast(F, a.get(FLOAT, a0 + ROW + 4L * k));
            s1 = w1.fma(x, s1);
            FloatVector w2 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 2 * ROW + 4L * k));
            s2 = w2.fma(x, s2);
            FloatVector w3 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 3 * ROW + 4L * k));
            s3 = w3.fma(x, s3);
            if (k == stop) {
                break;
            }
            FloatVector w4 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4 * ROW + 4L * k));
            s4 = w4.fma(x, s4);
            FloatVector w5 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 5 * ROW + 4L * k));
            s5 = w5.fma(x, s5);
            FloatVector w6 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 6 * ROW + 4L * k));
            s6 = w6.fma(x, s6);
            FloatVector w7 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 7 * ROW + 4L * k));
            s7 = w7.fma(x, s7);
        }
        s0.intoArray(sums, 0);
        s1.intoArray(sums, L);
        s2.intoArray(sums, 2 * L);
        s3.intoArray(sums, 3 * L);
        s4.intoArray(sums, 4 * L);
        s5.intoArray(sums, 5 * L);
        s6.intoArray(sums, 6 * L);
        s7.intoArray(sums, 7 * L);
    }

    static void tile4x1(TileOperands t) {
        tile4x1(t.a, t.a0, t.b, t.b0, t.depth, t.sums);
        add(t, 4, 1);
    }

    private static void tile4x1(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, float[] sums) {
        int stop = never;
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int k = 0; k < depth; k++) {
            FloatVector x = FloatVector.fromMemorySegment(F, b, b0 + STEP * k, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4L * k));
            s0 = w0.fma(x, s0);
            FloatVector w1 = FloatVector.broadcast(F, a.get(FLOAT, a0 + ROW + 4L * k));
            s1 = w1.fma(x, s1);
            if (k == stop) {
                break;
            }
            FloatVector w2 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 2 * ROW + 4L * k));
            s2 = w2.fma(x, s2);
            FloatVector w3 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 3 * ROW + 4L * k));
            s3 = w3.fma(x, s3);
        }
        s0.intoArray(sums, 0);
        s1.intoArray(sums, L);
        s2.intoArray(sums, 2 * L);
        s3.intoArray(sums, 3 * L);
    }

    static void tile1x1(TileOperands t) {
        tile1x1(t.a, t.a0, t.b, t.b0, t.depth, t.sums);
        add(t, 1, 1);
    }

    private static void tile1x1(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, float[] sums) {
        FloatVector s0 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector x = FloatVector.fromMemorySegment(F, b, b0 + STEP * k, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4L * k));
            s0 = w0.fma(x, s0);
        }
        s0.intoArray(sums, 0);
    }
}
