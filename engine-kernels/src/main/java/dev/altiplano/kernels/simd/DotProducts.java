package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Dot products of matrix rows with one vector, up to a multiple of two vectors of columns; {@link
 * VectorKernels#dots} adds lanes and tail.
 *
 * <p>Four rows at once come from four places far apart: several long streams keep more memory
 * requests in flight than one. A row's sum has the same two accumulators whether it is computed
 * alone or with others.
 */
final class DotProducts {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);

    /** As many shorts as F has floats. */
    private static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));

    private static final int L = F.length();

    private DotProducts() {}

    /** Sums of 4 rows that lie stride bytes apart, one vector of lanes per row, to {@code out}. */
    static void bf16x4(
            MemorySegment w, long o0, long stride, int n, float[] x, int x0, float[] out) {
        Mapped.guard(w, o0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        FloatVector a0 = FloatVector.zero(F);
        FloatVector b0 = FloatVector.zero(F);
        FloatVector a1 = FloatVector.zero(F);
        FloatVector b1 = FloatVector.zero(F);
        FloatVector a2 = FloatVector.zero(F);
        FloatVector b2 = FloatVector.zero(F);
        FloatVector a3 = FloatVector.zero(F);
        FloatVector b3 = FloatVector.zero(F);
        for (int k = 0; k < n; k += 2 * L) {
            FloatVector xa = FloatVector.fromArray(F, x, x0 + k);
            FloatVector xb = FloatVector.fromArray(F, x, x0 + k + L);
            a0 =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, w, o0 + 2L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(xa, a0);
            b0 =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(
                                                    S, w, o0 + 2L * k + 2L * L, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(xb, b0);
            a1 =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, w, o1 + 2L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(xa, a1);
            b1 =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(
                                                    S, w, o1 + 2L * k + 2L * L, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(xb, b1);
            a2 =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, w, o2 + 2L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(xa, a2);
            b2 =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(
                                                    S, w, o2 + 2L * k + 2L * L, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(xb, b2);
            a3 =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, w, o3 + 2L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(xa, a3);
            b3 =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(
                                                    S, w, o3 + 2L * k + 2L * L, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(xb, b3);
        }
        a0.add(b0).intoArray(out, 0);
        a1.add(b1).intoArray(out, 1 * L);
        a2.add(b2).intoArray(out, 2 * L);
        a3.add(b3).intoArray(out, 3 * L);
    }

    /** Sums of 1 row, one vector of lanes per row, to {@code out}. */
    static void bf16x1(MemorySegment w, long o0, int n, float[] x, int x0, float[] out, int at) {
        Mapped.guard(w, o0);
        FloatVector a0 = FloatVector.zero(F);
        FloatVector b0 = FloatVector.zero(F);
        for (int k = 0; k < n; k += 2 * L) {
            FloatVector xa = FloatVector.fromArray(F, x, x0 + k);
            FloatVector xb = FloatVector.fromArray(F, x, x0 + k + L);
            a0 =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, w, o0 + 2L * k, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(xa, a0);
            b0 =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(
                                                    S, w, o0 + 2L * k + 2L * L, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(xb, b0);
        }
        a0.add(b0).intoArray(out, at);
    }

    /** Sums of 4 rows that lie stride bytes apart, one vector of lanes per row, to {@code out}. */
    static void f32x4(
            MemorySegment w, long o0, long stride, int n, float[] x, int x0, float[] out) {
        Mapped.guard(w, o0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        FloatVector a0 = FloatVector.zero(F);
        FloatVector b0 = FloatVector.zero(F);
        FloatVector a1 = FloatVector.zero(F);
        FloatVector b1 = FloatVector.zero(F);
        FloatVector a2 = FloatVector.zero(F);
        FloatVector b2 = FloatVector.zero(F);
        FloatVector a3 = FloatVector.zero(F);
        FloatVector b3 = FloatVector.zero(F);
        for (int k = 0; k < n; k += 2 * L) {
            FloatVector xa = FloatVector.fromArray(F, x, x0 + k);
            FloatVector xb = FloatVector.fromArray(F, x, x0 + k + L);
            a0 = FloatVector.fromMemorySegment(F, w, o0 + 4L * k, LITTLE_ENDIAN).fma(xa, a0);
            b0 =
                    FloatVector.fromMemorySegment(F, w, o0 + 4L * k + 4L * L, LITTLE_ENDIAN)
                            .fma(xb, b0);
            a1 = FloatVector.fromMemorySegment(F, w, o1 + 4L * k, LITTLE_ENDIAN).fma(xa, a1);
            b1 =
                    FloatVector.fromMemorySegment(F, w, o1 + 4L * k + 4L * L, LITTLE_ENDIAN)
                            .fma(xb, b1);
            a2 = FloatVector.fromMemorySegment(F, w, o2 + 4L * k, LITTLE_ENDIAN).fma(xa, a2);
            b2 =
                    FloatVector.fromMemorySegment(F, w, o2 + 4L * k + 4L * L, LITTLE_ENDIAN)
                            .fma(xb, b2);
            a3 = FloatVector.fromMemorySegment(F, w, o3 + 4L * k, LITTLE_ENDIAN).fma(xa, a3);
            b3 =
                    FloatVector.fromMemorySegment(F, w, o3 + 4L * k + 4L * L, LITTLE_ENDIAN)
                            .fma(xb, b3);
        }
        a0.add(b0).intoArray(out, 0);
        a1.add(b1).intoArray(out, 1 * L);
        a2.add(b2).intoArray(out, 2 * L);
        a3.add(b3).intoArray(out, 3 * L);
    }

    /** Sums of 1 row, one vector of lanes per row, to {@code out}. */
    static void f32x1(MemorySegment w, long o0, int n, float[] x, int x0, float[] out, int at) {
        Mapped.guard(w, o0);
        FloatVector a0 = FloatVector.zero(F);
        FloatVector b0 = FloatVector.zero(F);
        for (int k = 0; k < n; k += 2 * L) {
            FloatVector xa = FloatVector.fromArray(F, x, x0 + k);
            FloatVector xb = FloatVector.fromArray(F, x, x0 + k + L);
            a0 = FloatVector.fromMemorySegment(F, w, o0 + 4L * k, LITTLE_ENDIAN).fma(xa, a0);
            b0 =
                    FloatVector.fromMemorySegment(F, w, o0 + 4L * k + 4L * L, LITTLE_ENDIAN)
                            .fma(xb, b0);
        }
        a0.add(b0).intoArray(out, at);
    }

    /** As {@link #bf16x1} for FP16: see {@link Decode#f16}. */
    static void f16x1(MemorySegment w, long o0, int n, float[] x, int x0, float[] out, int at) {
        Mapped.guard(w, o0);
        FloatVector sum = FloatVector.zero(F);
        FloatVector odd = FloatVector.zero(F);
        for (int k = 0; k < n; k += L) {
            ShortVector stored = ShortVector.fromMemorySegment(S, w, o0 + 2L * k, LITTLE_ENDIAN);
            IntVector bits = (IntVector) stored.convertShape(ZERO_EXTEND_S2I, I, 0);
            IntVector magnitude = bits.and(0x7FFF).lanewise(LSHL, 13);
            IntVector finite = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
            FloatVector next = odd;
            odd =
                    finite.blend(magnitude.or(0x7F800000), magnitude.compare(GE, 0x7C00 << 13))
                            .or(bits.and(0x8000).lanewise(LSHL, 16))
                            .reinterpretAsFloats()
                            .fma(FloatVector.fromArray(F, x, x0 + k), sum);
            sum = next;
        }
        sum.add(odd).intoArray(out, at);
    }
}
