package dev.altiplano.bench.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Loops in plain Java: what is left without the vector module. */
public final class ScalarLoops implements LimitLoops {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

    /** Floats that stay in the first cache; HotSpot turns the loop over them into vectors. */
    private static final int SUMS = 1024;

    /** Chooses nothing. */
    public ScalarLoops() {}

    @Override
    public String description() {
        return "scalar loops";
    }

    @Override
    public long read(MemorySegment data, long from, long bytes) {
        long quarter = bytes / 4;
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        for (long i = from; i < from + quarter; i += 2L * Long.BYTES) {
            a += data.get(WORD, i) + data.get(WORD, i + 8);
            b += data.get(WORD, i + quarter) + data.get(WORD, i + quarter + 8);
            c += data.get(WORD, i + 2 * quarter) + data.get(WORD, i + 2 * quarter + 8);
            d += data.get(WORD, i + 3 * quarter) + data.get(WORD, i + 3 * quarter + 8);
        }
        return a + b + c + d;
    }

    @Override
    public float multiplyAdd(int rounds) {
        float[] sums = new float[SUMS];
        for (int i = 0; i < rounds; i++) {
            addProducts(sums, 0.999f, i);
        }
        float sum = 0;
        for (float one : sums) {
            sum += one;
        }
        return sum;
    }

    private static void addProducts(float[] sums, float a, float b) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] = Math.fma(a, b, sums[i]);
        }
    }

    @Override
    public int operationsPerRound() {
        return 2 * SUMS;
    }
}
