package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Weighted sums of columns of 8-bit pixels. A vector holds one channel of one column in as many
 * rows as it has lanes; the sums of three channels and twice as many rows are six accumulators.
 */
final class PixelSums {
    private static final VectorSpecies<Integer> I =
            FloatVector.SPECIES_PREFERRED.withLanes(int.class);
    private static final int L = I.length();

    /** A quarter of the length: widening part 0 of it is one instruction. */
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * L)));

    /** Vectors of 4 bytes do not exist. */
    static final boolean POSSIBLE = L >= 8;

    private static final int BRIGHTEST = 255;

    private PixelSums() {}

    static void weigh(
            byte[] columns, int from, int[] weights, int at, int taps, int shift, int[] out) {
        IntVector r0 = IntVector.broadcast(I, 1 << shift >> 1);
        IntVector r1 = r0;
        IntVector g0 = r0;
        IntVector g1 = r0;
        IntVector b0 = r0;
        IntVector b1 = r0;
        int c = from;
        for (int i = 0; i < taps; i++) {
            IntVector w = IntVector.broadcast(I, weights[at + i]);
            r0 = r0.add(at(columns, c).mul(w));
            r1 = r1.add(at(columns, c + L).mul(w));
            g0 = g0.add(at(columns, c + 2 * L).mul(w));
            g1 = g1.add(at(columns, c + 3 * L).mul(w));
            b0 = b0.add(at(columns, c + 4 * L).mul(w));
            b1 = b1.add(at(columns, c + 5 * L).mul(w));
            c += 6 * L;
        }
        r0.lanewise(LSHR, shift).min(BRIGHTEST).intoArray(out, 0);
        r1.lanewise(LSHR, shift).min(BRIGHTEST).intoArray(out, L);
        g0.lanewise(LSHR, shift).min(BRIGHTEST).intoArray(out, 2 * L);
        g1.lanewise(LSHR, shift).min(BRIGHTEST).intoArray(out, 3 * L);
        b0.lanewise(LSHR, shift).min(BRIGHTEST).intoArray(out, 4 * L);
        b1.lanewise(LSHR, shift).min(BRIGHTEST).intoArray(out, 5 * L);
    }

    private static IntVector at(byte[] columns, int index) {
        return (IntVector)
                ByteVector.fromArray(B, columns, index).convertShape(ZERO_EXTEND_B2I, I, 0);
    }
}
