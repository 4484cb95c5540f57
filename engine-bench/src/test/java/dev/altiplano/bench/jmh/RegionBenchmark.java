package dev.altiplano.bench.jmh;

import dev.altiplano.kernels.Worker;
import dev.altiplano.kernels.Workers.Region;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** What it costs to share work out: time per region, per hundred barriers, per thousand items. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RegionBenchmark extends Timed {
    private static final int BARRIERS = 100;
    private static final int ITEMS = 1000;

    private static final Region NOTHING = worker -> {};
    private static final Region ONLY_BARRIERS = RegionBenchmark::meet;
    private static final Region ONLY_CLAIMS = RegionBenchmark::claim;

    /** How often each item was claimed. */
    private final AtomicIntegerArray claims = new AtomicIntegerArray(ITEMS);

    private static void meet(Worker worker) {
        for (int i = 0; i < BARRIERS; i++) {
            worker.await();
        }
    }

    private static void claim(Worker worker) {
        while (worker.next(ITEMS) >= 0) {
            Thread.onSpinWait();
        }
    }

    /** Hands a region over and waits for its end. */
    @Benchmark
    public void handOver(Team team) {
        team.run(NOTHING);
    }

    /** The same with 100 barriers in it. */
    @Benchmark
    public void barriers(Team team) {
        team.run(ONLY_BARRIERS);
    }

    /** The same with a loop of 1000 items. */
    @Benchmark
    public void items(Team team) {
        team.run(ONLY_CLAIMS);
    }

    /** Every item goes to one worker. */
    @Setup(Level.Trial)
    public void check(Team team) {
        team.run(worker -> {
            for (int i; (i = worker.next(ITEMS)) >= 0; ) {
                claims.incrementAndGet(i);
            }
        });
        for (int i = 0; i < ITEMS; i++) {
            if (claims.getAndSet(i, 0) != 1) {
                throw new IllegalStateException("item %d was claimed twice or never".formatted(i));
            }
        }
    }

    /** Checks what compiled code does, too. */
    @TearDown(Level.Iteration)
    public void checkAgain(Team team) {
        check(team);
    }
}
