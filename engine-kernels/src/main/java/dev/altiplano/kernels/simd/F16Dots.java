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
 * Dot products of FP16 rows with activations as they come, up to a multiple of two vectors; {@link
 * Dots} adds lanes and tail.
 */
final class F16Dots {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);

    /** As many shorts as F has floats. */
    private static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));

    private static final int L = F.length();

    private F16Dots() {}

    /** Sums of one row to {@code out}; for the conversion see {@link Decode#f16}. */
    static void x1(MemorySegment w, long o0, int n, float[] x, int x0, float[] out, int at) {
        Segments.touch(w, o0);
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
