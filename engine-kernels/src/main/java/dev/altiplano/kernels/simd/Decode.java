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

/** Exact conversion of stored weights to FP32; counts are multiples of the vector length. */
final class Decode {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
    private static final int L = F.length();

    /** 2^112: the exponents of FP32 and FP16 are biased by 127 and 15. */
    private static final float REBIAS = 0x1p112f;

    private Decode() {}

    static void bf16(MemorySegment w, long offset, float[] out, int at, int count) {
        for (int i = 0; i < count; i += L) {
            ShortVector stored = ShortVector.fromMemorySegment(S, w, offset + 2L * i, LITTLE_ENDIAN);
            IntVector bits = (IntVector) stored.convertShape(ZERO_EXTEND_S2I, I, 0);
            bits.lanewise(LSHL, 16).reinterpretAsFloats().intoArray(out, at + i);
        }
    }

    static void f16(MemorySegment w, long offset, float[] out, int at, int count) {
        for (int i = 0; i < count; i += L) {
            ShortVector stored = ShortVector.fromMemorySegment(S, w, offset + 2L * i, LITTLE_ENDIAN);
            IntVector bits = (IntVector) stored.convertShape(ZERO_EXTEND_S2I, I, 0);
            IntVector magnitude = bits.and(0x7FFF).lanewise(LSHL, 13);
            IntVector finite = magnitude.reinterpretAsFloats().mul(REBIAS).reinterpretAsInts();
            IntVector special = magnitude.or(0x7F800000); // infinity and NaN
            finite.blend(special, magnitude.compare(GE, 0x7C00 << 13))
                    .or(bits.and(0x8000).lanewise(LSHL, 16))
                    .reinterpretAsFloats()
                    .intoArray(out, at + i);
        }
    }

    static void f32(MemorySegment w, long offset, float[] out, int at, int count) {
        for (int i = 0; i < count; i += L) {
            FloatVector.fromMemorySegment(F, w, offset + 4L * i, LITTLE_ENDIAN)
                    .intoArray(out, at + i);
        }
    }
}
