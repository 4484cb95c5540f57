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

/**
 * FP8-E4M3 codes to FP32 in their own order, for the panels of matrix products; see {@link Fp8Dots}
 * for the arithmetic. Counts are multiples of the vector length.
 */
final class Fp8Decode {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    /** As many codes as F has floats, or twice as many: no vector is shorter than 64 bit. */
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(
                    byte.class, VectorShape.forBitSize(Math.max(64, F.vectorBitSize() / 4)));

    private Fp8Decode() {}

    /**
     * Consecutive codes, each times {@code factor}.
     *
     * @return how many were decoded: what is left lies at the end of the segment, where no vector
     *     can be read
     */
    static int row(MemorySegment w, long from, int count, float factor, float[] out, int at) {
        Segments.touch(w, from);
        long room = w.byteSize() - B.length() - from;
        int n = (int) Math.max(0, Math.min(count, (room + L) / L * L));
        for (int i = 0; i < n; i += L) {
            IntVector codes = load(w, from + i);
            value(codes).mul(factor).intoArray(out, at + i);
        }
        return n;
    }

    /** Whether {@link #panelsOfFour} reads nothing behind the end of the segment. */
    static boolean holdsFour(MemorySegment w, long from, long stride, int panels) {
        return from + 3 * stride + 2L * L * panels + B.length() - L <= w.byteSize();
    }

    /**
     * Codes of four weight rows to panels of two vectors, side by side: see {@link Panels}. Written
     * out because eight calls of {@link #load} and {@link #value} made it 2.7 times as slow.
     *
     * @param panel bytes from one panel to the next
     */
    static void panelsOfFour(
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
        for (int p = 0; p < panels; p++) {
            long from = 2L * L * p;
            long to = at + panel * p;
            ((IntVector)
                            ByteVector.fromMemorySegment(B, w, o0 + from, LITTLE_ENDIAN)
                                    .convertShape(B2I, I, 0))
                    .lanewise(LSHL, 20)
                    .and(Fp8Dots.E4M3)
                    .reinterpretAsFloats()
                    .add(Fp8Dots.FIXED)
                    .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                    .intoMemorySegment(out, to, LITTLE_ENDIAN);
            ((IntVector)
                            ByteVector.fromMemorySegment(B, w, o0 + from + L, LITTLE_ENDIAN)
                                    .convertShape(B2I, I, 0))
                    .lanewise(LSHL, 20)
                    .and(Fp8Dots.E4M3)
                    .reinterpretAsFloats()
                    .add(Fp8Dots.FIXED)
                    .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                    .intoMemorySegment(out, to + V, LITTLE_ENDIAN);
            ((IntVector)
                            ByteVector.fromMemorySegment(B, w, o1 + from, LITTLE_ENDIAN)
                                    .convertShape(B2I, I, 0))
                    .lanewise(LSHL, 20)
                    .and(Fp8Dots.E4M3)
                    .reinterpretAsFloats()
                    .add(Fp8Dots.FIXED)
                    .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                    .intoMemorySegment(out, to + 2 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ByteVector.fromMemorySegment(B, w, o1 + from + L, LITTLE_ENDIAN)
                                    .convertShape(B2I, I, 0))
                    .lanewise(LSHL, 20)
                    .and(Fp8Dots.E4M3)
                    .reinterpretAsFloats()
                    .add(Fp8Dots.FIXED)
                    .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                    .intoMemorySegment(out, to + 3 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ByteVector.fromMemorySegment(B, w, o2 + from, LITTLE_ENDIAN)
                                    .convertShape(B2I, I, 0))
                    .lanewise(LSHL, 20)
                    .and(Fp8Dots.E4M3)
                    .reinterpretAsFloats()
                    .add(Fp8Dots.FIXED)
                    .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                    .intoMemorySegment(out, to + 4 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ByteVector.fromMemorySegment(B, w, o2 + from + L, LITTLE_ENDIAN)
                                    .convertShape(B2I, I, 0))
                    .lanewise(LSHL, 20)
                    .and(Fp8Dots.E4M3)
                    .reinterpretAsFloats()
                    .add(Fp8Dots.FIXED)
                    .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                    .intoMemorySegment(out, to + 5 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ByteVector.fromMemorySegment(B, w, o3 + from, LITTLE_ENDIAN)
                                    .convertShape(B2I, I, 0))
                    .lanewise(LSHL, 20)
                    .and(Fp8Dots.E4M3)
                    .reinterpretAsFloats()
                    .add(Fp8Dots.FIXED)
                    .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                    .intoMemorySegment(out, to + 6 * V, LITTLE_ENDIAN);
            ((IntVector)
                            ByteVector.fromMemorySegment(B, w, o3 + from + L, LITTLE_ENDIAN)
                                    .convertShape(B2I, I, 0))
                    .lanewise(LSHL, 20)
                    .and(Fp8Dots.E4M3)
                    .reinterpretAsFloats()
                    .add(Fp8Dots.FIXED)
                    .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                    .intoMemorySegment(out, to + 7 * V, LITTLE_ENDIAN);
        }
    }

    /** Codes widened with their sign. */
    static IntVector load(MemorySegment w, long at) {
        ByteVector codes = ByteVector.fromMemorySegment(B, w, at, LITTLE_ENDIAN);
        return (IntVector) codes.convertShape(B2I, I, 0);
    }

    /** Their values. */
    static FloatVector value(IntVector code) {
        return code.lanewise(LSHL, 20)
                .and(Fp8Dots.E4M3)
                .reinterpretAsFloats()
                .add(Fp8Dots.FIXED)
                .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED);
    }
}
