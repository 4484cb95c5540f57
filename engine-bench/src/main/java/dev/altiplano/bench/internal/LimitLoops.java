package dev.altiplano.bench.internal;

import dev.altiplano.bench.simd.VectorLoops;

import java.lang.foreign.MemorySegment;

/** The two loops that show what one thread can do at best. */
public sealed interface LimitLoops permits ScalarLoops, VectorLoops {
    /** In words, for example {@code vector loops, 512 bit}. */
    String description();

    /**
     * Reads {@code bytes} bytes as four streams, each a quarter as long.
     *
     * @param bytes a multiple of {@link #STEP}
     * @return something that depends on all of them
     */
    long read(MemorySegment data, long from, long bytes);

    /**
     * Multiplies and adds in independent chains.
     *
     * @return something that depends on all of them
     */
    float multiplyAdd(int rounds);

    /** Floating-point operations of one round: two per multiplication and addition. */
    int operationsPerRound();

    /** What lengths of {@link #read} are multiples of: enough for four streams of any vectors. */
    int STEP = 4096;

    /** The fastest loops that this JVM can run. */
    static LimitLoops best() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
                ? new VectorLoops()
                : new ScalarLoops();
    }
}
