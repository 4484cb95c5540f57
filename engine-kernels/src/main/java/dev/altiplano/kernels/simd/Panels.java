package dev.altiplano.kernels.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Exact conversion of columns to FP32 panels of two vectors: {@code out[k][2 L]}. Several panels at once
 * where they lie side by side, because short reads far apart are slow.
 */
final class Panels {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
    private static final long L = F.length();
    private static final long V = F.vectorByteSize();

    private Panels() {}

    /** 4 panels side by side. */
    static void bf16x4(
            MemorySegment w, long offset, long stride, int depth, MemorySegment out, long at, long panel) {
        long p1 = at + panel;
        long p2 = p1 + panel;
        long p3 = p2 + panel;
        long o = offset;
        for (int k = 0; k < depth; k++) {
            ((IntVector) ShortVector.fromMemorySegment(S, w, o, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats()
                    .intoMemorySegment(out, at + 2 * V * k, LITTLE_ENDIAN);
            ((IntVector) ShortVector.fromMemorySegment(S, w, o + 2 * L, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats()
                    .intoMemorySegment(out, at + 2 * V * k + V, LITTLE_ENDIAN);
            ((IntVector) ShortVector.fromMemorySegment(S, w, o + 4 * L, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats()
                    .intoMemorySegment(out, p1 + 2 * V * k, LITTLE_ENDIAN);
            ((IntVector) ShortVector.fromMemorySegment(S, w, o + 6 * L, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats()
                    .intoMemorySegment(out, p1 + 2 * V * k + V, LITTLE_ENDIAN);
            ((IntVector) ShortVector.fromMemorySegment(S, w, o + 8 * L, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats()
                    .intoMemorySegment(out, p2 + 2 * V * k, LITTLE_ENDIAN);
            ((IntVector) ShortVector.fromMemorySegment(S, w, o + 10 * L, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats()
                    .intoMemorySegment(out, p2 + 2 * V * k + V, LITTLE_ENDIAN);
            ((IntVector) ShortVector.fromMemorySegment(S, w, o + 12 * L, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats()
                    .intoMemorySegment(out, p3 + 2 * V * k, LITTLE_ENDIAN);
            ((IntVector) ShortVector.fromMemorySegment(S, w, o + 14 * L, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats()
                    .intoMemorySegment(out, p3 + 2 * V * k + V, LITTLE_ENDIAN);
            o += stride;
        }
    }

    /** One panel, its two vectors of columns from two places that advance alike. */
    static void bf16x1(
            MemorySegment w, long first, long second, long stride, int depth, MemorySegment out, long at) {
        long o0 = first;
        long o1 = second;
        for (int k = 0; k < depth; k++) {
            ((IntVector) ShortVector.fromMemorySegment(S, w, o0, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats()
                    .intoMemorySegment(out, at + 2 * V * k, LITTLE_ENDIAN);
            ((IntVector) ShortVector.fromMemorySegment(S, w, o1, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats()
                    .intoMemorySegment(out, at + 2 * V * k + V, LITTLE_ENDIAN);
            o0 += stride;
            o1 += stride;
        }
    }

    /** 4 panels side by side. */
    static void f32x4(
            MemorySegment w, long offset, long stride, int depth, MemorySegment out, long at, long panel) {
        long p1 = at + panel;
        long p2 = p1 + panel;
        long p3 = p2 + panel;
        long o = offset;
        for (int k = 0; k < depth; k++) {
            FloatVector.fromMemorySegment(F, w, o, LITTLE_ENDIAN)
                    .intoMemorySegment(out, at + 2 * V * k, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o + 4 * L, LITTLE_ENDIAN)
                    .intoMemorySegment(out, at + 2 * V * k + V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o + 8 * L, LITTLE_ENDIAN)
                    .intoMemorySegment(out, p1 + 2 * V * k, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o + 12 * L, LITTLE_ENDIAN)
                    .intoMemorySegment(out, p1 + 2 * V * k + V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o + 16 * L, LITTLE_ENDIAN)
                    .intoMemorySegment(out, p2 + 2 * V * k, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o + 20 * L, LITTLE_ENDIAN)
                    .intoMemorySegment(out, p2 + 2 * V * k + V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o + 24 * L, LITTLE_ENDIAN)
                    .intoMemorySegment(out, p3 + 2 * V * k, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o + 28 * L, LITTLE_ENDIAN)
                    .intoMemorySegment(out, p3 + 2 * V * k + V, LITTLE_ENDIAN);
            o += stride;
        }
    }

    /** One panel, its two vectors of columns from two places that advance alike. */
    static void f32x1(
            MemorySegment w, long first, long second, long stride, int depth, MemorySegment out, long at) {
        long o0 = first;
        long o1 = second;
        for (int k = 0; k < depth; k++) {
            FloatVector.fromMemorySegment(F, w, o0, LITTLE_ENDIAN)
                    .intoMemorySegment(out, at + 2 * V * k, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o1, LITTLE_ENDIAN)
                    .intoMemorySegment(out, at + 2 * V * k + V, LITTLE_ENDIAN);
            o0 += stride;
            o1 += stride;
        }
    }

    /** As {@link #bf16x1} for FP16. */
    static void f16x1(
            MemorySegment w, long first, long second, long stride, int depth, MemorySegment out, long at) {
        for (int k = 0; k < 2 * depth; k++) {
            long o = ((k & 1) == 0 ? first : second) + (k >> 1) * stride;
            ShortVector stored = ShortVector.fromMemorySegment(S, w, o, LITTLE_ENDIAN);
            IntVector bits = (IntVector) stored.convertShape(ZERO_EXTEND_S2I, I, 0);
            IntVector magnitude = bits.and(0x7FFF).lanewise(LSHL, 13);
            IntVector finite = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
            finite.blend(magnitude.or(0x7F800000), magnitude.compare(GE, 0x7C00 << 13))
                    .or(bits.and(0x8000).lanewise(LSHL, 16))
                    .intoMemorySegment(out, at + V * k, LITTLE_ENDIAN);
        }
    }
}
