package dev.altiplano.bench.jmh;

import dev.altiplano.bench.LimitProbe;
import dev.altiplano.bench.Limits;
import dev.altiplano.kernels.Workers;

import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/** The threads that a benchmark runs on, and what they can do at best. */
@State(Scope.Benchmark)
@NullUnmarked // filled by the set-up
public class Team {
    /** Threads; 0 stands for all processors. */
    @Param("0")
    public int threads;

    private Workers workers;
    private LimitProbe probe;
    private Limits.Log limits;

    /** Workers that share a region. */
    public int count() {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }

    /** Runs a region on all of them. */
    public void run(Workers.Region region) {
        workers.run(region);
    }

    /** Starts the threads. */
    @Setup(Level.Trial)
    public void start() {
        workers = new Workers(count());
        probe = LimitProbe.open(count(), Memory.BEYOND_CACHES);
        limits = new Limits.Log(probe);
    }

    /** Looks at the limits between two iterations. */
    @TearDown(Level.Iteration)
    public void look() {
        limits.sample();
    }

    /** Ends the threads and tells what the limits were. */
    @TearDown(Level.Trial)
    public void stop(BenchmarkParams params) {
        ForkLimits.write(params, limits.limits());
        probe.close();
        workers.close();
    }
}
