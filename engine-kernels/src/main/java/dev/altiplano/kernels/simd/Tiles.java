package dev.altiplano.kernels.simd;

import static dev.altiplano.kernels.internal.TileOperands.STRIDE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.internal.TileOperands;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles of a matrix product: {@code c[r, j] += sum over k of a[r, k] * b[k, j]} for a few rows r
 * and one or two vectors of columns j.
 *
 * <p>Each sum is one chain of fused multiply-adds in the order of k that starts from zero, whatever the
 * shape of the tile: a result does not depend on the tile that computed it.
 *
 * <p>Why everything is written out: C2 keeps accumulators in registers only when they are local
 * variables, and refuses to inline helpers into bodies of this size. The accumulator is the addend of
 * {@code fma} because x86 overwrites the addend. Strides are constants, or else C2 checks the bounds of
 * every access. Operands come as parameters: read from fields in the same method, C2 moves addresses to
 * vector registers and back in every step, at a quarter of the speed.
 */
final class Tiles {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    /** Bytes of a vector. */
    private static final long V = F.vectorByteSize();

    /** Bytes from one row of the left operand to the next. */
    private static final long ROW = 4L * STRIDE;

    /** Bytes from one k to the next in a panel. */
    private static final long STEP = 2 * V;

    /**
     * Never reached, but C2 must not know: an exit in the middle of a loop body keeps the loads behind it
     * from being moved up, where they would push accumulators out of 16 registers.
     */
    @SuppressWarnings("NonFinalStaticField")
    private static int never = -1;

    private Tiles() {}

    static void tile12x2(TileOperands t) {
        tile12x2(t.a, t.a0, t.b, t.b0, t.depth, t.c, t.c0, t.rowStep);
    }

    private static void tile12x2(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, MemorySegment c, long c0, long step) {
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = FloatVector.zero(F);
        FloatVector s1a = FloatVector.zero(F);
        FloatVector s1b = FloatVector.zero(F);
        FloatVector s2a = FloatVector.zero(F);
        FloatVector s2b = FloatVector.zero(F);
        FloatVector s3a = FloatVector.zero(F);
        FloatVector s3b = FloatVector.zero(F);
        FloatVector s4a = FloatVector.zero(F);
        FloatVector s4b = FloatVector.zero(F);
        FloatVector s5a = FloatVector.zero(F);
        FloatVector s5b = FloatVector.zero(F);
        FloatVector s6a = FloatVector.zero(F);
        FloatVector s6b = FloatVector.zero(F);
        FloatVector s7a = FloatVector.zero(F);
        FloatVector s7b = FloatVector.zero(F);
        FloatVector s8a = FloatVector.zero(F);
        FloatVector s8b = FloatVector.zero(F);
        FloatVector s9a = FloatVector.zero(F);
        FloatVector s9b = FloatVector.zero(F);
        FloatVector s10a = FloatVector.zero(F);
        FloatVector s10b = FloatVector.zero(F);
        FloatVector s11a = FloatVector.zero(F);
        FloatVector s11b = FloatVector.zero(F);
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
            FloatVector w8 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 8 * ROW + 4L * k));
            s8a = w8.fma(xa, s8a);
            s8b = w8.fma(xb, s8b);
            FloatVector w9 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 9 * ROW + 4L * k));
            s9a = w9.fma(xa, s9a);
            s9b = w9.fma(xb, s9b);
            FloatVector w10 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 10 * ROW + 4L * k));
            s10a = w10.fma(xa, s10a);
            s10b = w10.fma(xb, s10b);
            FloatVector w11 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 11 * ROW + 4L * k));
            s11a = w11.fma(xa, s11a);
            s11b = w11.fma(xb, s11b);
        }
        long c1 = c0 + V;
        FloatVector.fromMemorySegment(F, c, c0, LITTLE_ENDIAN)
                .add(s0a).intoMemorySegment(c, c0, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1, LITTLE_ENDIAN)
                .add(s0b).intoMemorySegment(c, c1, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + step, LITTLE_ENDIAN)
                .add(s1a).intoMemorySegment(c, c0 + step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + step, LITTLE_ENDIAN)
                .add(s1b).intoMemorySegment(c, c1 + step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 2 * step, LITTLE_ENDIAN)
                .add(s2a).intoMemorySegment(c, c0 + 2 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 2 * step, LITTLE_ENDIAN)
                .add(s2b).intoMemorySegment(c, c1 + 2 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 3 * step, LITTLE_ENDIAN)
                .add(s3a).intoMemorySegment(c, c0 + 3 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 3 * step, LITTLE_ENDIAN)
                .add(s3b).intoMemorySegment(c, c1 + 3 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 4 * step, LITTLE_ENDIAN)
                .add(s4a).intoMemorySegment(c, c0 + 4 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 4 * step, LITTLE_ENDIAN)
                .add(s4b).intoMemorySegment(c, c1 + 4 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 5 * step, LITTLE_ENDIAN)
                .add(s5a).intoMemorySegment(c, c0 + 5 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 5 * step, LITTLE_ENDIAN)
                .add(s5b).intoMemorySegment(c, c1 + 5 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 6 * step, LITTLE_ENDIAN)
                .add(s6a).intoMemorySegment(c, c0 + 6 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 6 * step, LITTLE_ENDIAN)
                .add(s6b).intoMemorySegment(c, c1 + 6 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 7 * step, LITTLE_ENDIAN)
                .add(s7a).intoMemorySegment(c, c0 + 7 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 7 * step, LITTLE_ENDIAN)
                .add(s7b).intoMemorySegment(c, c1 + 7 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 8 * step, LITTLE_ENDIAN)
                .add(s8a).intoMemorySegment(c, c0 + 8 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 8 * step, LITTLE_ENDIAN)
                .add(s8b).intoMemorySegment(c, c1 + 8 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 9 * step, LITTLE_ENDIAN)
                .add(s9a).intoMemorySegment(c, c0 + 9 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 9 * step, LITTLE_ENDIAN)
                .add(s9b).intoMemorySegment(c, c1 + 9 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 10 * step, LITTLE_ENDIAN)
                .add(s10a).intoMemorySegment(c, c0 + 10 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 10 * step, LITTLE_ENDIAN)
                .add(s10b).intoMemorySegment(c, c1 + 10 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 11 * step, LITTLE_ENDIAN)
                .add(s11a).intoMemorySegment(c, c0 + 11 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 11 * step, LITTLE_ENDIAN)
                .add(s11b).intoMemorySegment(c, c1 + 11 * step, LITTLE_ENDIAN);
    }

    static void tile8x2(TileOperands t) {
        tile8x2(t.a, t.a0, t.b, t.b0, t.depth, t.c, t.c0, t.rowStep);
    }

    private static void tile8x2(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, MemorySegment c, long c0, long step) {
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = FloatVector.zero(F);
        FloatVector s1a = FloatVector.zero(F);
        FloatVector s1b = FloatVector.zero(F);
        FloatVector s2a = FloatVector.zero(F);
        FloatVector s2b = FloatVector.zero(F);
        FloatVector s3a = FloatVector.zero(F);
        FloatVector s3b = FloatVector.zero(F);
        FloatVector s4a = FloatVector.zero(F);
        FloatVector s4b = FloatVector.zero(F);
        FloatVector s5a = FloatVector.zero(F);
        FloatVector s5b = FloatVector.zero(F);
        FloatVector s6a = FloatVector.zero(F);
        FloatVector s6b = FloatVector.zero(F);
        FloatVector s7a = FloatVector.zero(F);
        FloatVector s7b = FloatVector.zero(F);
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
        long c1 = c0 + V;
        FloatVector.fromMemorySegment(F, c, c0, LITTLE_ENDIAN)
                .add(s0a).intoMemorySegment(c, c0, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1, LITTLE_ENDIAN)
                .add(s0b).intoMemorySegment(c, c1, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + step, LITTLE_ENDIAN)
                .add(s1a).intoMemorySegment(c, c0 + step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + step, LITTLE_ENDIAN)
                .add(s1b).intoMemorySegment(c, c1 + step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 2 * step, LITTLE_ENDIAN)
                .add(s2a).intoMemorySegment(c, c0 + 2 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 2 * step, LITTLE_ENDIAN)
                .add(s2b).intoMemorySegment(c, c1 + 2 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 3 * step, LITTLE_ENDIAN)
                .add(s3a).intoMemorySegment(c, c0 + 3 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 3 * step, LITTLE_ENDIAN)
                .add(s3b).intoMemorySegment(c, c1 + 3 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 4 * step, LITTLE_ENDIAN)
                .add(s4a).intoMemorySegment(c, c0 + 4 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 4 * step, LITTLE_ENDIAN)
                .add(s4b).intoMemorySegment(c, c1 + 4 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 5 * step, LITTLE_ENDIAN)
                .add(s5a).intoMemorySegment(c, c0 + 5 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 5 * step, LITTLE_ENDIAN)
                .add(s5b).intoMemorySegment(c, c1 + 5 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 6 * step, LITTLE_ENDIAN)
                .add(s6a).intoMemorySegment(c, c0 + 6 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 6 * step, LITTLE_ENDIAN)
                .add(s6b).intoMemorySegment(c, c1 + 6 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 7 * step, LITTLE_ENDIAN)
                .add(s7a).intoMemorySegment(c, c0 + 7 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 7 * step, LITTLE_ENDIAN)
                .add(s7b).intoMemorySegment(c, c1 + 7 * step, LITTLE_ENDIAN);
    }

    static void tile5x2(TileOperands t) {
        tile5x2(t.a, t.a0, t.b, t.b0, t.depth, t.c, t.c0, t.rowStep);
    }

    private static void tile5x2(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, MemorySegment c, long c0, long step) {
        int stop = never;
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = FloatVector.zero(F);
        FloatVector s1a = FloatVector.zero(F);
        FloatVector s1b = FloatVector.zero(F);
        FloatVector s2a = FloatVector.zero(F);
        FloatVector s2b = FloatVector.zero(F);
        FloatVector s3a = FloatVector.zero(F);
        FloatVector s3b = FloatVector.zero(F);
        FloatVector s4a = FloatVector.zero(F);
        FloatVector s4b = FloatVector.zero(F);
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
        long c1 = c0 + V;
        FloatVector.fromMemorySegment(F, c, c0, LITTLE_ENDIAN)
                .add(s0a).intoMemorySegment(c, c0, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1, LITTLE_ENDIAN)
                .add(s0b).intoMemorySegment(c, c1, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + step, LITTLE_ENDIAN)
                .add(s1a).intoMemorySegment(c, c0 + step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + step, LITTLE_ENDIAN)
                .add(s1b).intoMemorySegment(c, c1 + step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 2 * step, LITTLE_ENDIAN)
                .add(s2a).intoMemorySegment(c, c0 + 2 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 2 * step, LITTLE_ENDIAN)
                .add(s2b).intoMemorySegment(c, c1 + 2 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 3 * step, LITTLE_ENDIAN)
                .add(s3a).intoMemorySegment(c, c0 + 3 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 3 * step, LITTLE_ENDIAN)
                .add(s3b).intoMemorySegment(c, c1 + 3 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 4 * step, LITTLE_ENDIAN)
                .add(s4a).intoMemorySegment(c, c0 + 4 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 4 * step, LITTLE_ENDIAN)
                .add(s4b).intoMemorySegment(c, c1 + 4 * step, LITTLE_ENDIAN);
    }

    static void tile4x2(TileOperands t) {
        tile4x2(t.a, t.a0, t.b, t.b0, t.depth, t.c, t.c0, t.rowStep);
    }

    private static void tile4x2(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, MemorySegment c, long c0, long step) {
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = FloatVector.zero(F);
        FloatVector s1a = FloatVector.zero(F);
        FloatVector s1b = FloatVector.zero(F);
        FloatVector s2a = FloatVector.zero(F);
        FloatVector s2b = FloatVector.zero(F);
        FloatVector s3a = FloatVector.zero(F);
        FloatVector s3b = FloatVector.zero(F);
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
        }
        long c1 = c0 + V;
        FloatVector.fromMemorySegment(F, c, c0, LITTLE_ENDIAN)
                .add(s0a).intoMemorySegment(c, c0, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1, LITTLE_ENDIAN)
                .add(s0b).intoMemorySegment(c, c1, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + step, LITTLE_ENDIAN)
                .add(s1a).intoMemorySegment(c, c0 + step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + step, LITTLE_ENDIAN)
                .add(s1b).intoMemorySegment(c, c1 + step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 2 * step, LITTLE_ENDIAN)
                .add(s2a).intoMemorySegment(c, c0 + 2 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 2 * step, LITTLE_ENDIAN)
                .add(s2b).intoMemorySegment(c, c1 + 2 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 3 * step, LITTLE_ENDIAN)
                .add(s3a).intoMemorySegment(c, c0 + 3 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + 3 * step, LITTLE_ENDIAN)
                .add(s3b).intoMemorySegment(c, c1 + 3 * step, LITTLE_ENDIAN);
    }

    static void tile2x2(TileOperands t) {
        tile2x2(t.a, t.a0, t.b, t.b0, t.depth, t.c, t.c0, t.rowStep);
    }

    private static void tile2x2(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, MemorySegment c, long c0, long step) {
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = FloatVector.zero(F);
        FloatVector s1a = FloatVector.zero(F);
        FloatVector s1b = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector xa = FloatVector.fromMemorySegment(F, b, b0 + STEP * k, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, b, b0 + STEP * k + V, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4L * k));
            s0a = w0.fma(xa, s0a);
            s0b = w0.fma(xb, s0b);
            FloatVector w1 = FloatVector.broadcast(F, a.get(FLOAT, a0 + ROW + 4L * k));
            s1a = w1.fma(xa, s1a);
            s1b = w1.fma(xb, s1b);
        }
        long c1 = c0 + V;
        FloatVector.fromMemorySegment(F, c, c0, LITTLE_ENDIAN)
                .add(s0a).intoMemorySegment(c, c0, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1, LITTLE_ENDIAN)
                .add(s0b).intoMemorySegment(c, c1, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + step, LITTLE_ENDIAN)
                .add(s1a).intoMemorySegment(c, c0 + step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1 + step, LITTLE_ENDIAN)
                .add(s1b).intoMemorySegment(c, c1 + step, LITTLE_ENDIAN);
    }

    static void tile1x2(TileOperands t) {
        tile1x2(t.a, t.a0, t.b, t.b0, t.depth, t.c, t.c0);
    }

    private static void tile1x2(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, MemorySegment c, long c0) {
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector xa = FloatVector.fromMemorySegment(F, b, b0 + STEP * k, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, b, b0 + STEP * k + V, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4L * k));
            s0a = w0.fma(xa, s0a);
            s0b = w0.fma(xb, s0b);
        }
        long c1 = c0 + V;
        FloatVector.fromMemorySegment(F, c, c0, LITTLE_ENDIAN)
                .add(s0a).intoMemorySegment(c, c0, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c1, LITTLE_ENDIAN)
                .add(s0b).intoMemorySegment(c, c1, LITTLE_ENDIAN);
    }

    static void tile8x1(TileOperands t) {
        tile8x1(t.a, t.a0, t.b, t.b0, t.depth, t.c, t.c0, t.rowStep);
    }

    private static void tile8x1(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, MemorySegment c, long c0, long step) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = FloatVector.zero(F);
        FloatVector s2 = FloatVector.zero(F);
        FloatVector s3 = FloatVector.zero(F);
        FloatVector s4 = FloatVector.zero(F);
        FloatVector s5 = FloatVector.zero(F);
        FloatVector s6 = FloatVector.zero(F);
        FloatVector s7 = FloatVector.zero(F);
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
            FloatVector w4 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4 * ROW + 4L * k));
            s4 = w4.fma(x, s4);
            FloatVector w5 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 5 * ROW + 4L * k));
            s5 = w5.fma(x, s5);
            FloatVector w6 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 6 * ROW + 4L * k));
            s6 = w6.fma(x, s6);
            FloatVector w7 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 7 * ROW + 4L * k));
            s7 = w7.fma(x, s7);
        }
        FloatVector.fromMemorySegment(F, c, c0, LITTLE_ENDIAN)
                .add(s0).intoMemorySegment(c, c0, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + step, LITTLE_ENDIAN)
                .add(s1).intoMemorySegment(c, c0 + step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 2 * step, LITTLE_ENDIAN)
                .add(s2).intoMemorySegment(c, c0 + 2 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 3 * step, LITTLE_ENDIAN)
                .add(s3).intoMemorySegment(c, c0 + 3 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 4 * step, LITTLE_ENDIAN)
                .add(s4).intoMemorySegment(c, c0 + 4 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 5 * step, LITTLE_ENDIAN)
                .add(s5).intoMemorySegment(c, c0 + 5 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 6 * step, LITTLE_ENDIAN)
                .add(s6).intoMemorySegment(c, c0 + 6 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 7 * step, LITTLE_ENDIAN)
                .add(s7).intoMemorySegment(c, c0 + 7 * step, LITTLE_ENDIAN);
    }

    static void tile4x1(TileOperands t) {
        tile4x1(t.a, t.a0, t.b, t.b0, t.depth, t.c, t.c0, t.rowStep);
    }

    private static void tile4x1(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, MemorySegment c, long c0, long step) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = FloatVector.zero(F);
        FloatVector s2 = FloatVector.zero(F);
        FloatVector s3 = FloatVector.zero(F);
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
        }
        FloatVector.fromMemorySegment(F, c, c0, LITTLE_ENDIAN)
                .add(s0).intoMemorySegment(c, c0, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + step, LITTLE_ENDIAN)
                .add(s1).intoMemorySegment(c, c0 + step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 2 * step, LITTLE_ENDIAN)
                .add(s2).intoMemorySegment(c, c0 + 2 * step, LITTLE_ENDIAN);
        FloatVector.fromMemorySegment(F, c, c0 + 3 * step, LITTLE_ENDIAN)
                .add(s3).intoMemorySegment(c, c0 + 3 * step, LITTLE_ENDIAN);
    }

    static void tile1x1(TileOperands t) {
        tile1x1(t.a, t.a0, t.b, t.b0, t.depth, t.c, t.c0);
    }

    private static void tile1x1(
            MemorySegment a, long a0, MemorySegment b, long b0, int depth, MemorySegment c, long c0) {
        FloatVector s0 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector x = FloatVector.fromMemorySegment(F, b, b0 + STEP * k, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4L * k));
            s0 = w0.fma(x, s0);
        }
        FloatVector.fromMemorySegment(F, c, c0, LITTLE_ENDIAN)
                .add(s0).intoMemorySegment(c, c0, LITTLE_ENDIAN);
    }
}
