package dev.altiplano.kernels.simd;

import static dev.altiplano.kernels.internal.TileOperands.STRIDE;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.internal.TileOperands;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Register tiles as {@link Tiles} for few rows, whose right operand is read where it is stored:
 * keys and values in units of 16 columns. Conversion and arithmetic share one loop because a loop
 * that only converts leaves the arithmetic idle, and the other way round.
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

    private static final int L = F.length();

    /** Bytes from one row of the left operand to the next. */
    private static final long ROW = 4L * STRIDE;

    /** See {@link Tiles}: an exit that keeps loads from being moved up. */
    @SuppressWarnings("NonFinalStaticField")
    private static int never = -1;

    private PageTiles() {}

    static void bf16x5(TileOperands t, long first, long second) {
        bf16x5(t.a, t.a0, t.b, first, second, t.depth, t.sums);
        Tiles.add(t, t.sums, 0, 5, 2);
    }

    private static void bf16x5(
            MemorySegment a,
            long a0,
            MemorySegment b,
            long first,
            long second,
            int depth,
            float[] sums) {
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
            FloatVector xa =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(
                                                    S, b, first + 32L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats();
            FloatVector xb =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(
                                                    S, b, second + 32L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats();
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

    static void bf16x4(TileOperands t, long first, long second) {
        bf16x4(t.a, t.a0, t.b, first, second, t.depth, t.sums);
        Tiles.add(t, t.sums, 0, 4, 2);
    }

    private static void bf16x4(
            MemorySegment a,
            long a0,
            MemorySegment b,
            long first,
            long second,
            int depth,
            float[] sums) {
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
            FloatVector xa =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(
                                                    S, b, first + 32L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats();
            FloatVector xb =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(
                                                    S, b, second + 32L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats();
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

    static void bf16x2(TileOperands t, long first, long second) {
        bf16x2(t.a, t.a0, t.b, first, second, t.depth, t.sums);
        Tiles.add(t, t.sums, 0, 2, 2);
    }

    private static void bf16x2(
            MemorySegment a,
            long a0,
            MemorySegment b,
            long first,
            long second,
            int depth,
            float[] sums) {
        int stop = never;
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = s0a;
        FloatVector s1a = s0a;
        FloatVector s1b = s0a;
        for (int k = 0; k < depth; k++) {
            FloatVector xa =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(
                                                    S, b, first + 32L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats();
            FloatVector xb =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(
                                                    S, b, second + 32L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats();
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

    static void bf16x1(TileOperands t, long first, long second) {
        bf16x1(t.a, t.a0, t.b, first, second, t.depth, t.sums);
        Tiles.add(t, t.sums, 0, 1, 2);
    }

    private static void bf16x1(
            MemorySegment a,
            long a0,
            MemorySegment b,
            long first,
            long second,
            int depth,
            float[] sums) {
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = s0a;
        for (int k = 0; k < depth; k++) {
            FloatVector xa =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(
                                                    S, b, first + 32L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats();
            FloatVector xb =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(
                                                    S, b, second + 32L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats();
            FloatVector w0 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4L * k));
            s0a = w0.fma(xa, s0a);
            s0b = w0.fma(xb, s0b);
        }
        s0a.intoArray(sums, 0);
        s0b.intoArray(sums, L);
    }

    static void f32x5(TileOperands t, long first, long second) {
        f32x5(t.a, t.a0, t.b, first, second, t.depth, t.sums);
        Tiles.add(t, t.sums, 0, 5, 2);
    }

    private static void f32x5(
            MemorySegment a,
            long a0,
            MemorySegment b,
            long first,
            long second,
            int depth,
            float[] sums) {
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

    static void f32x4(TileOperands t, long first, long second) {
        f32x4(t.a, t.a0, t.b, first, second, t.depth, t.sums);
        Tiles.add(t, t.sums, 0, 4, 2);
    }

    private static void f32x4(
            MemorySegment a,
            long a0,
            MemorySegment b,
            long first,
            long second,
            int depth,
            float[] sums) {
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
            FloatVector xa = FloatVector.fromMemorySegment(F, b, first + 64L * k, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, b, second + 64L * k, LITTLE_ENDIAN);
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

    static void f32x2(TileOperands t, long first, long second) {
        f32x2(t.a, t.a0, t.b, first, second, t.depth, t.sums);
        Tiles.add(t, t.sums, 0, 2, 2);
    }

    private static void f32x2(
            MemorySegment a,
            long a0,
            MemorySegment b,
            long first,
            long second,
            int depth,
            float[] sums) {
        int stop = never;
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = s0a;
        FloatVector s1a = s0a;
        FloatVector s1b = s0a;
        for (int k = 0; k < depth; k++) {
            FloatVector xa = FloatVector.fromMemorySegment(F, b, first + 64L * k, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, b, second + 64L * k, LITTLE_ENDIAN);
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

    static void f32x1(TileOperands t, long first, long second) {
        f32x1(t.a, t.a0, t.b, first, second, t.depth, t.sums);
        Tiles.add(t, t.sums, 0, 1, 2);
    }

    private static void f32x1(
            MemorySegment a,
            long a0,
            MemorySegment b,
            long first,
            long second,
            int depth,
            float[] sums) {
        FloatVector s0a = FloatVector.zero(F);
        FloatVector s0b = s0a;
        for (int k = 0; k < depth; k++) {
            FloatVector xa = FloatVector.fromMemorySegment(F, b, first + 64L * k, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, b, second + 64L * k, LITTLE_ENDIAN);
            FloatVector w0 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4L * k));
            s0a = w0.fma(xa, s0a);
            s0b = w0.fma(xb, s0b);
        }
        s0a.intoArray(sums, 0);
        s0b.intoArray(sums, L);
    }
}
