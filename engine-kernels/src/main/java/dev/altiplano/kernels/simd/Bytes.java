package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.LSHL;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/** Codes of 8 bits, loaded as many at once as a vector has floats. */
final class Bytes {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final int L = F.length();

    /** The shortest vectors have 64 bits, twice what four floats need. */
    private static final int LOADED = Math.max(8, L);

    static final VectorSpecies<Byte> SPECIES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(8 * LOADED));

    /** Bytes that a load may read behind the last one that is used. */
    static final int SPARE = LOADED - L;

    private Bytes() {}

    /** FP8-E4M3 codes to FP32, exactly but for NaN; {@code count} is a multiple of L. */
    static void fp8(MemorySegment w, long offset, float[] out, int at, int count) {
        Segments.touch(w, offset);
        for (int i = 0; i < count; i += L) {
            // widened with its sign: exponent and mantissa go where FP32 has them, 120 too low
            ((IntVector)
                            ByteVector.fromMemorySegment(SPECIES, w, offset + i, LITTLE_ENDIAN)
                                    .convertShape(B2I, I, 0))
                    .lanewise(LSHL, 20)
                    .and(0x87F00000)
                    .reinterpretAsFloats()
                    .mul(0x1p120f)
                    .intoArray(out, at + i);
        }
    }
}
