package dev.altiplano.kernels.simd;

import static dev.altiplano.kernels.internal.TileOperands.STRIDE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import dev.altiplano.kernels.internal.TileOperands;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles as {@link Tiles} for few rows, whose right operand is read where it is stored: keys and
 * values in units of 16 columns. Conversion and arithmetic share one loop because a loop that only
 * converts leaves the arithmetic idle, and the other way round.
 *
 * <p>The sums have the same order as those of {@link Tiles}, and so the same bits.
 */
final class PageTiles {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    /** Bytes of a vector. */
    private static final long V = F.vectorByteSize();

    /** Bytes from one row of the left operand to the next. */
    private static final long ROW = 4L * STRIDE;

    /** See {@link Tiles}: an exit that keeps loads from being moved up. */
    @SuppressWarnings("NonFinalStaticField")
    private static int never = -1;

    private PageTiles() {}

    static void bf16x5(TileOperands t, long first, long second) {
        bf16x5(t.a, t.a0, t.b, first, second, t.depth, t.c, t.c0, t.rowStep);
    }

    private static void bf16x5(
            MemorySegment a, long a0, MemorySegment b, long first, long second, int depth, MemorySegment c, long c0, long step) {
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
            FloatVector xa = ((IntVector) ShortVector.fromMemorySegment(S, b, first + 32L * k, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats();
            FloatVector xb = ((IntVector) ShortVector.fromMemorySegment(S, b, second + 32L * k, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats();
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

    static void bf16x4(TileOperands t, long first, long second) {
        bf16x4(t.a, t.a0, t.b, first, second, t.depth, t.c, t.c0, t.rowStep);
    }

    private static void bf16x4(
            MemorySegment a, long a0, MemorySegment b, long first, long second, int depth, MemorySegment c, long c0, long step) {
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = FloatVector.zero(F);
        FloatVector s1a = FloatVector.zero(F);
        FloatVector s1b = FloatVector.zero(F);
        FloatVector s2a = FloatVector.zero(F);
        FloatVector s2b = FloatVector.zero(F);
        FloatVector s3a = FloatVector.zero(F);
        FloatVector s3b = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector xa = ((IntVector) ShortVector.fromMemorySegment(S, b, first + 32L * k, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats();
            FloatVector xb = ((IntVector) ShortVector.fromMemorySegment(S, b, second + 32L * k, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats();
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

    static void bf16x2(TileOperands t, long first, long second) {
        bf16x2(t.a, t.a0, t.b, first, second, t.depth, t.c, t.c0, t.rowStep);
    }

    private static void bf16x2(
            MemorySegment a, long a0, MemorySegment b, long first, long second, int depth, MemorySegment c, long c0, long step) {
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = FloatVector.zero(F);
        FloatVector s1a = FloatVector.zero(F);
        FloatVector s1b = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector xa = ((IntVector) ShortVector.fromMemorySegment(S, b, first + 32L * k, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats();
            FloatVector xb = ((IntVector) ShortVector.fromMemorySegment(S, b, second + 32L * k, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats();
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

    static void bf16x1(TileOperands t, long first, long second) {
        bf16x1(t.a, t.a0, t.b, first, second, t.depth, t.c, t.c0);
    }

    private static void bf16x1(
            MemorySegment a, long a0, MemorySegment b, long first, long second, int depth, MemorySegment c, long c0) {
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector xa = ((IntVector) ShortVector.fromMemorySegment(S, b, first + 32L * k, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats();
            FloatVector xb = ((IntVector) ShortVector.fromMemorySegment(S, b, second + 32L * k, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats();
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

    static void f32x5(TileOperands t, long first, long second) {
        f32x5(t.a, t.a0, t.b, first, second, t.depth, t.c, t.c0, t.rowStep);
    }

    private static void f32x5(
            MemorySegment a, long a0, MemorySegment b, long first, long second, int depth, MemorySegment c, long c0, long step) {
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
            FloatVector xa = FloatVector.fromMemorySegment(F, b, first + 64L * k, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, b, second + 64L * k, LITTLE_ENDIAN);
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

    static void f32x4(TileOperands t, long first, long second) {
        f32x4(t.a, t.a0, t.b, first, second, t.depth, t.c, t.c0, t.rowStep);
    }

    private static void f32x4(
            MemorySegment a, long a0, MemorySegment b, long first, long second, int depth, MemorySegment c, long c0, long step) {
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = FloatVector.zero(F);
        FloatVector s1a = FloatVector.zero(F);
        FloatVector s1b = FloatVector.zero(F);
        FloatVector s2a = FloatVector.zero(F);
        FloatVector s2b = FloatVector.zero(F);
        FloatVector s3a = FloatVector.zero(F);
        FloatVector s3b = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector xa = FloatVector.fromMemorySegment(F, b, first + 64L * k, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, b, second + 64L * k, LITTLE_ENDIAN);
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

    static void f32x2(TileOperands t, long first, long second) {
        f32x2(t.a, t.a0, t.b, first, second, t.depth, t.c, t.c0, t.rowStep);
    }

    private static void f32x2(
            MemorySegment a, long a0, MemorySegment b, long first, long second, int depth, MemorySegment c, long c0, long step) {
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = FloatVector.zero(F);
        FloatVector s1a = FloatVector.zero(F);
        FloatVector s1b = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector xa = FloatVector.fromMemorySegment(F, b, first + 64L * k, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, b, second + 64L * k, LITTLE_ENDIAN);
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

    static void f32x1(TileOperands t, long first, long second) {
        f32x1(t.a, t.a0, t.b, first, second, t.depth, t.c, t.c0);
    }

    private static void f32x1(
            MemorySegment a, long a0, MemorySegment b, long first, long second, int depth, MemorySegment c, long c0) {
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector xa = FloatVector.fromMemorySegment(F, b, first + 64L * k, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, b, second + 64L * k, LITTLE_ENDIAN);
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
}
