package dev.altiplano.bench.simd;

import static jdk.incubator.vector.VectorOperators.ADD;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.bench.internal.LimitLoops;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * The limits as vector code finds them.
 *
 * <p>Reading: four streams with two sums each. On a Sapphire Rapids guest (JDK 25.0.3, AVX-512) one
 * stream with eight sums reached 85 % of it and a loop over longs 45 to 55 %; more streams or sums
 * gave nothing.
 */
public final class VectorLoops implements LimitLoops {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int BYTES = I.vectorByteSize();

    /** More than latency times units of any processor, and all of them in registers. */
    private static final int CHAINS = 12;

    /**
     * Factor and addend. C2 loads a broadcast constant anew for each use, which cost a third of the
     * speed where it could see them; it cannot see into an array.
     */
    private final float[] operands = {0.999f, 1e-3f};

    /** Chooses nothing. */
    public VectorLoops() {}

    @Override
    public String description() {
        return "vector loops, %d bit".formatted(F.vectorBitSize());
    }

    @Override
    public long read(MemorySegment data, long from, long bytes) {
        return sum(data, from, bytes / 4);
    }

    private static int sum(MemorySegment s, long from, long quarter) {
        IntVector a0 = IntVector.zero(I);
        IntVector a1 = a0;
        IntVector b0 = a0;
        IntVector b1 = a0;
        IntVector c0 = a0;
        IntVector c1 = a0;
        IntVector d0 = a0;
        IntVector d1 = a0;
        long second = quarter + BYTES;
        for (long i = from; i < from + quarter; i += 2L * BYTES) {
            a0 = a0.add(at(s, i));
            a1 = a1.add(at(s, i + BYTES));
            b0 = b0.add(at(s, i + quarter));
            b1 = b1.add(at(s, i + second));
            c0 = c0.add(at(s, i + 2 * quarter));
            c1 = c1.add(at(s, i + quarter + second));
            d0 = d0.add(at(s, i + 3 * quarter));
            d1 = d1.add(at(s, i + 2 * quarter + second));
        }
        return a0.add(a1).add(b0).add(b1).add(c0).add(c1).add(d0).add(d1).reduceLanes(ADD);
    }

    private static IntVector at(MemorySegment s, long offset) {
        return IntVector.fromMemorySegment(I, s, offset, LITTLE_ENDIAN);
    }

    @Override
    public float multiplyAdd(int rounds) {
        return chains(rounds, operands[0], operands[1]);
    }

    /** The sum is the addend: x86 overwrites that operand, any other would have to be copied. */
    private static float chains(int rounds, float x, float y) {
        FloatVector a = FloatVector.broadcast(F, x);
        FloatVector b = FloatVector.broadcast(F, y);
        FloatVector c0 = b;
        FloatVector c1 = b;
        FloatVector c2 = b;
        FloatVector c3 = b;
        FloatVector c4 = b;
        FloatVector c5 = b;
        FloatVector c6 = b;
        FloatVector c7 = b;
        FloatVector c8 = b;
        FloatVector c9 = b;
        FloatVector c10 = b;
        FloatVector c11 = b;
        for (int i = 0; i < rounds; i++) {
            c0 = a.fma(b, c0);
            c1 = a.fma(b, c1);
            c2 = a.fma(b, c2);
            c3 = a.fma(b, c3);
            c4 = a.fma(b, c4);
            c5 = a.fma(b, c5);
            c6 = a.fma(b, c6);
            c7 = a.fma(b, c7);
            c8 = a.fma(b, c8);
            c9 = a.fma(b, c9);
            c10 = a.fma(b, c10);
            c11 = a.fma(b, c11);
        }
        FloatVector low = c0.add(c1).add(c2).add(c3).add(c4).add(c5);
        return low.add(c6).add(c7).add(c8).add(c9).add(c10).add(c11).reduceLanes(ADD);
    }

    @Override
    public int operationsPerRound() {
        return 2 * CHAINS * F.length();
    }
}
