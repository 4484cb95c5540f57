package dev.altiplano.kernels.simd;

import static dev.altiplano.kernels.internal.TileOperands.STRIDE;

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
 * Exact conversion of stored weights to FP32; counts are multiples of the vector length.
 *
 * <p>Four rows at once where there are many: four streams keep more memory requests in flight than
 * one.
 */
final class Decode {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);

    /** As many shorts as F has floats. */
    private static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));

    private static final int L = F.length();

    private Decode() {}

    static void bf16(MemorySegment w, long offset, float[] out, int at, int count) {
        Segments.touch(w, offset);
        for (int i = 0; i < count; i += L) {
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, offset + 2L * i, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoArray(out, at + i);
        }
    }

    /** Four rows that lie {@code stride} bytes apart, to places STRIDE floats apart. */
    static void bf16x4(MemorySegment w, long o0, long stride, float[] out, int at, int count) {
        Segments.touch(w, o0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        for (int i = 0; i < count; i += L) {
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o0 + 2L * i, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoArray(out, at + i);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o1 + 2L * i, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoArray(out, at + STRIDE + i);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o2 + 2L * i, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoArray(out, at + 2 * STRIDE + i);
            ((IntVector)
                            ShortVector.fromMemorySegment(S, w, o3 + 2L * i, LITTLE_ENDIAN)
                                    .convertShape(ZERO_EXTEND_S2I, I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .intoArray(out, at + 3 * STRIDE + i);
        }
    }

    static void f32(MemorySegment w, long offset, float[] out, int at, int count) {
        Segments.touch(w, offset);
        for (int i = 0; i < count; i += L) {
            FloatVector.fromMemorySegment(F, w, offset + 4L * i, LITTLE_ENDIAN)
                    .intoArray(out, at + i);
        }
    }

    /** Four rows that lie {@code stride} bytes apart, to places STRIDE floats apart. */
    static void f32x4(MemorySegment w, long o0, long stride, float[] out, int at, int count) {
        Segments.touch(w, o0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        for (int i = 0; i < count; i += L) {
            FloatVector.fromMemorySegment(F, w, o0 + 4L * i, LITTLE_ENDIAN).intoArray(out, at + i);
            FloatVector.fromMemorySegment(F, w, o1 + 4L * i, LITTLE_ENDIAN)
                    .intoArray(out, at + STRIDE + i);
            FloatVector.fromMemorySegment(F, w, o2 + 4L * i, LITTLE_ENDIAN)
                    .intoArray(out, at + 2 * STRIDE + i);
            FloatVector.fromMemorySegment(F, w, o3 + 4L * i, LITTLE_ENDIAN)
                    .intoArray(out, at + 3 * STRIDE + i);
        }
    }

    /**
     * Signs and exponents differ in place and bias (15, not 127); infinity and NaN keep all ones.
     */
    static void f16(MemorySegment w, long offset, float[] out, int at, int count) {
        Segments.touch(w, offset);
        for (int i = 0; i < count; i += L) {
            ShortVector stored =
                    ShortVector.fromMemorySegment(S, w, offset + 2L * i, LITTLE_ENDIAN);
            IntVector bits = (IntVector) stored.convertShape(ZERO_EXTEND_S2I, I, 0);
            IntVector magnitude = bits.and(0x7FFF).lanewise(LSHL, 13);
            IntVector finite = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
            IntVector special = magnitude.or(0x7F800000);
            finite.blend(special, magnitude.compare(GE, 0x7C00 << 13))
                    .or(bits.and(0x8000).lanewise(LSHL, 16))
                    .reinterpretAsFloats()
                    .intoArray(out, at + i);
        }
    }
}
