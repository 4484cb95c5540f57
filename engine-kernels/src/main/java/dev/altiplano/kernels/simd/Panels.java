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
 * Exact conversion of columns to FP32 panels of two vectors: {@code out[k][2 L]}. Of an input-major
 * matrix eight rows are read side by side, as long as a band is wide, because short reads far apart
 * are slow.
 */
final class Panels {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
    private static final long L = F.length();
    private static final long V = F.vectorByteSize();

    private Panels() {}

    /**
     * Eight rows of several panels.
     *
     * @param panel bytes from one panel to the next
     */
    static void bf16x8(
            MemorySegment w,
            long o0,
            long stride,
            int panels,
            MemorySegment out,
            long at,
            long panel) {
        Segments.touch(w, o0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        long o4 = o3 + stride;
        long o5 = o4 + stride;
        long o6 = o5 + stride;
        long o7 = o6 + stride;
        for (int p = 0; p < panels; p++) {
            long from = 4L * L * p;
            long to = at + p * panel;
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o0 + from, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to, LITTLE_ENDIAN);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o0 + from + 2 * L, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + V, LITTLE_ENDIAN);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o1 + from, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 2 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o1 + from + 2 * L, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 3 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o2 + from, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 4 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o2 + from + 2 * L, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 5 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o3 + from, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 6 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o3 + from + 2 * L, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 7 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o4 + from, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 8 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o4 + from + 2 * L, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 9 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o5 + from, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 10 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o5 + from + 2 * L, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 11 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o6 + from, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 12 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o6 + from + 2 * L, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 13 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o7 + from, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 14 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o7 + from + 2 * L, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 15 * V, LITTLE_ENDIAN);
        }
    }

    /** One panel, its two vectors of columns from two places that advance alike. */
    static void bf16x1(
            MemorySegment w,
            long first,
            long second,
            long stride,
            int depth,
            MemorySegment out,
            long at) {
        Segments.touch(w, first);
        long o0 = first;
        long o1 = second;
        for (int k = 0; k < depth; k++) {
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o0, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, at + 2 * V * k, LITTLE_ENDIAN);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o1, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, at + 2 * V * k + V, LITTLE_ENDIAN);
            o0 += stride;
            o1 += stride;
        }
    }

    /** As {@link #bf16x8} for FP32. */
    static void f32x8(
            MemorySegment w,
            long o0,
            long stride,
            int panels,
            MemorySegment out,
            long at,
            long panel) {
        Segments.touch(w, o0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        long o4 = o3 + stride;
        long o5 = o4 + stride;
        long o6 = o5 + stride;
        long o7 = o6 + stride;
        for (int p = 0; p < panels; p++) {
            long from = 8L * L * p;
            long to = at + p * panel;
            FloatVector.fromMemorySegment(F, w, o0 + from, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o0 + from + 4 * L, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to + V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o1 + from, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to + 2 * V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o1 + from + 4 * L, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to + 3 * V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o2 + from, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to + 4 * V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o2 + from + 4 * L, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to + 5 * V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o3 + from, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to + 6 * V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o3 + from + 4 * L, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to + 7 * V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o4 + from, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to + 8 * V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o4 + from + 4 * L, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to + 9 * V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o5 + from, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to + 10 * V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o5 + from + 4 * L, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to + 11 * V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o6 + from, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to + 12 * V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o6 + from + 4 * L, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to + 13 * V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o7 + from, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to + 14 * V, LITTLE_ENDIAN);
            FloatVector.fromMemorySegment(F, w, o7 + from + 4 * L, LITTLE_ENDIAN)
                    .intoMemorySegment(out, to + 15 * V, LITTLE_ENDIAN);
        }
    }

    /** One panel, its two vectors of columns from two places that advance alike. */
    static void f32x1(
            MemorySegment w,
            long first,
            long second,
            long stride,
            int depth,
            MemorySegment out,
            long at) {
        Segments.touch(w, first);
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
            MemorySegment w,
            long first,
            long second,
            long stride,
            int depth,
            MemorySegment out,
            long at) {
        Segments.touch(w, first);
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
