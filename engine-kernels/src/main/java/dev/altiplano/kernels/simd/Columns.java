package dev.altiplano.kernels.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Exact conversion of columns of an input-major matrix to FP32 panels of two vectors: {@code out[p][k][2
 * L]}. Several panels at once, because short reads far apart are what this storage order is slow in.
 */
final class Columns {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
    private static final int L = F.length();

    private Columns() {}

    static void bf16x4(MemorySegment w, long offset, long stride, int depth, float[] out, int at, int panel) {
        int p1 = at + panel;
        int p2 = p1 + panel;
        int p3 = p2 + panel;
        long o = offset;
        for (int k = 0; k < depth; k++) {
            ((IntVector) ShortVector.fromMemorySegment(S, w, o, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats().intoArray(out, at + 2 * L * k);
            ((IntVector) ShortVector.fromMemorySegment(S, w, o + 2 * L, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats().intoArray(out, at + 2 * L * k + L);
            ((IntVector) ShortVector.fromMemorySegment(S, w, o + 4 * L, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats().intoArray(out, p1 + 2 * L * k);
            ((IntVector) ShortVector.fromMemorySegment(S, w, o + 6 * L, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats().intoArray(out, p1 + 2 * L * k + L);
            ((IntVector) ShortVector.fromMemorySegment(S, w, o + 8 * L, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats().intoArray(out, p2 + 2 * L * k);
            ((IntVector) ShortVector.fromMemorySegment(S, w, o + 10 * L, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats().intoArray(out, p2 + 2 * L * k + L);
            ((IntVector) ShortVector.fromMemorySegment(S, w, o + 12 * L, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats().intoArray(out, p3 + 2 * L * k);
            ((IntVector) ShortVector.fromMemorySegment(S, w, o + 14 * L, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats().intoArray(out, p3 + 2 * L * k + L);
            o += stride;
        }
    }

    static void bf16x1(MemorySegment w, long offset, long stride, int depth, float[] out, int at) {
        long o = offset;
        for (int k = 0; k < depth; k++) {
            ((IntVector) ShortVector.fromMemorySegment(S, w, o, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats().intoArray(out, at + 2 * L * k);
            ((IntVector) ShortVector.fromMemorySegment(S, w, o + 2 * L, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0)).lanewise(LSHL, 16).reinterpretAsFloats().intoArray(out, at + 2 * L * k + L);
            o += stride;
        }
    }

    static void f32x4(MemorySegment w, long offset, long stride, int depth, float[] out, int at, int panel) {
        int p1 = at + panel;
        int p2 = p1 + panel;
        int p3 = p2 + panel;
        long o = offset;
        for (int k = 0; k < depth; k++) {
            FloatVector.fromMemorySegment(F, w, o, LITTLE_ENDIAN).intoArray(out, at + 2 * L * k);
            FloatVector.fromMemorySegment(F, w, o + 4 * L, LITTLE_ENDIAN).intoArray(out, at + 2 * L * k + L);
            FloatVector.fromMemorySegment(F, w, o + 8 * L, LITTLE_ENDIAN).intoArray(out, p1 + 2 * L * k);
            FloatVector.fromMemorySegment(F, w, o + 12 * L, LITTLE_ENDIAN).intoArray(out, p1 + 2 * L * k + L);
            FloatVector.fromMemorySegment(F, w, o + 16 * L, LITTLE_ENDIAN).intoArray(out, p2 + 2 * L * k);
            FloatVector.fromMemorySegment(F, w, o + 20 * L, LITTLE_ENDIAN).intoArray(out, p2 + 2 * L * k + L);
            FloatVector.fromMemorySegment(F, w, o + 24 * L, LITTLE_ENDIAN).intoArray(out, p3 + 2 * L * k);
            FloatVector.fromMemorySegment(F, w, o + 28 * L, LITTLE_ENDIAN).intoArray(out, p3 + 2 * L * k + L);
            o += stride;
        }
    }

    static void f32x1(MemorySegment w, long offset, long stride, int depth, float[] out, int at) {
        long o = offset;
        for (int k = 0; k < depth; k++) {
            FloatVector.fromMemorySegment(F, w, o, LITTLE_ENDIAN).intoArray(out, at + 2 * L * k);
            FloatVector.fromMemorySegment(F, w, o + 4 * L, LITTLE_ENDIAN).intoArray(out, at + 2 * L * k + L);
            o += stride;
        }
    }
}
