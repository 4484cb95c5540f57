package dev.altiplano.kernels.simd;

import static dev.altiplano.kernels.internal.TileOperands.STRIDE;

import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.LSHL;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.internal.TileOperands;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Register tiles as {@link PageTiles} over FP8-E4M3 codes: sums of codes, which the caller scales.
 * See {@link Fp8Dots} for the arithmetic.
 *
 * <p>Vectors of 128 bit read four bytes more than they use: in a page, scales lie behind the codes.
 */
final class Fp8Tiles {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(
                    byte.class, VectorShape.forBitSize(Math.max(64, F.vectorBitSize() / 4)));
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    /** Bytes from one row of the left operand to the next. */
    private static final long ROW = 4L * STRIDE;

    /** See {@link Tiles}: an exit that keeps loads from being moved up. */
    @SuppressWarnings("NonFinalStaticField")
    private static int never = -1;

    private Fp8Tiles() {}

    private static IntVector load(MemorySegment codes, long at) {
        ByteVector bytes = ByteVector.fromMemorySegment(B, codes, at, LITTLE_ENDIAN);
        return (IntVector) bytes.convertShape(B2I, I, 0);
    }

    private static FloatVector value(IntVector code) {
        return code.lanewise(LSHL, 20)
                .and(Fp8Dots.E4M3)
                .reinterpretAsFloats()
                .add(Fp8Dots.FIXED)
                .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED);
    }

    /** Two vectors of columns as they follow each other by {@code stride}, as in {@link Panels}. */
    static void panel(
            MemorySegment codes,
            long first,
            long second,
            long stride,
            int depth,
            MemorySegment out,
            long at) {
        for (int k = 0; k < depth; k++) {
            long to = at + 2 * V * k;
            value(load(codes, first + k * stride)).intoMemorySegment(out, to, LITTLE_ENDIAN);
            value(load(codes, second + k * stride)).intoMemorySegment(out, to + V, LITTLE_ENDIAN);
        }
    }

    static void x5(TileOperands t, long first, long second) {
        x5(t.a, t.a0, t.b, first, second, t.depth, t.sums);
        Tiles.add(t, t.sums, 0, 5, 2);
    }

    private static void x5(
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
            FloatVector xa = value(load(b, first + 16L * k));
            FloatVector xb = value(load(b, second + 16L * k));
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

    static void x4(TileOperands t, long first, long second) {
        x4(t.a, t.a0, t.b, first, second, t.depth, t.sums);
        Tiles.add(t, t.sums, 0, 4, 2);
    }

    private static void x4(
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
            FloatVector xa = value(load(b, first + 16L * k));
            FloatVector xb = value(load(b, second + 16L * k));
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

    static void x2(TileOperands t, long first, long second) {
        x2(t.a, t.a0, t.b, first, second, t.depth, t.sums);
        Tiles.add(t, t.sums, 0, 2, 2);
    }

    private static void x2(
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
            FloatVector xa = value(load(b, first + 16L * k));
            FloatVector xb = value(load(b, second + 16L * k));
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

    static void x1(TileOperands t, long first, long second) {
        x1(t.a, t.a0, t.b, first, second, t.depth, t.sums);
        Tiles.add(t, t.sums, 0, 1, 2);
    }

    private static void x1(
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
            FloatVector xa = value(load(b, first + 16L * k));
            FloatVector xb = value(load(b, second + 16L * k));
            FloatVector w0 = FloatVector.broadcast(F, a.get(FLOAT, a0 + 4L * k));
            s0a = w0.fma(xa, s0a);
            s0b = w0.fma(xb, s0b);
        }
        s0a.intoArray(sums, 0);
        s0b.intoArray(sums, L);
    }
}
