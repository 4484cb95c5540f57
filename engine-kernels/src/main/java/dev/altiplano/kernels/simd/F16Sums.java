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

/** Adds an FP16 row of an input-major matrix, times its factor, to sums of columns as they come. */
final class F16Sums {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
    private static final int L = F.length();

    private F16Sums() {}

    static void x1(MemorySegment w, long o0, int n, float factor, MemorySegment sums) {
        Segments.touch(w, o0);
        FloatVector f = FloatVector.broadcast(F, factor);
        for (int j = 0; j < n; j += L) {
            ShortVector stored = ShortVector.fromMemorySegment(S, w, o0 + 2L * j, LITTLE_ENDIAN);
            IntVector bits = (IntVector) stored.convertShape(ZERO_EXTEND_S2I, I, 0);
            IntVector magnitude = bits.and(0x7FFF).lanewise(LSHL, 13);
            IntVector finite = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
            finite.blend(magnitude.or(0x7F800000), magnitude.compare(GE, 0x7C00 << 13))
                    .or(bits.and(0x8000).lanewise(LSHL, 16))
                    .reinterpretAsFloats()
                    .fma(f, FloatVector.fromMemorySegment(F, sums, 4L * j, LITTLE_ENDIAN))
                    .intoMemorySegment(sums, 4L * j, LITTLE_ENDIAN);
        }
    }
}
