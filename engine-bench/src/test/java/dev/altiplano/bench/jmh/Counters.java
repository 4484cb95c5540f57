package dev.altiplano.bench.jmh;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What benchmarks count beside calls; JMH reports each per second. */
public final class Counters {
    private Counters() {}

    /** Bytes that a kernel has to read from memory. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Traffic {
        /** Of weights, or of keys and values. */
        public long bytes;
    }

    /** Floating-point operations, two per multiplication and addition. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Arithmetic {
        /** That a kernel has to make. */
        public long flops;
    }

    /** Elements of rows. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Elements {
        /** That a kernel has to make. */
        public long elements;
    }

    /** Tokens of prompts and answers. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Tokens {
        /** Read or written. */
        public long tokens;
    }
}
