package dev.altiplano.bench.jmh;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.altiplano.bench.jmh.Counters.Elements;
import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;

import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/**
 * The softmax inside of attention, on one thread: the largest score, exponentials and their sum,
 * the factor. It has no facade of its own, so this looks below it.
 */
@State(Scope.Benchmark)
@NullUnmarked // filled by the set-up
public class SoftmaxBenchmark extends Timed {
    private static final KernelSet KERNELS = KernelSets.BEST;
    private static final double TOLERANCE = 1e-5;

    /** Scores. */
    @Param({"256", "4096"})
    public int scores;

    private Arena arena;
    private MemorySegment given;
    private MemorySegment x;

    /** Makes scores between -10 and 10. */
    @Setup(Level.Trial)
    public void fill(Team team) {
        arena = Arena.ofShared();
        given = arena.allocate(4L * scores, 64);
        x = arena.allocate(4L * scores, 64);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < scores; i++) {
            given.setAtIndex(JAVA_FLOAT, i, (float) random.nextDouble(-10, 10));
        }
        check();
    }

    /** Copies the scores, and turns them into weights. */
    @Benchmark
    public MemorySegment softmax(Team team, Elements elements) {
        softmax();
        elements.elements += scores;
        return x;
    }

    private void softmax() {
        MemorySegment.copy(given, 0, x, 0, 4L * scores);
        float max = KERNELS.max(x, 0, scores);
        float sum = KERNELS.expAndSum(x, 0, scores, max);
        KERNELS.scale(x, 0, scores, 1 / sum);
    }

    /** Checks what compiled code computes, too. */
    @TearDown(Level.Iteration)
    public void check() {
        softmax();
        double sum = 0;
        for (int i = 0; i < scores; i++) {
            sum += Math.exp(given.getAtIndex(JAVA_FLOAT, i));
        }
        for (int i = 0; i < scores; i++) {
            double expected = Math.exp(given.getAtIndex(JAVA_FLOAT, i)) / sum;
            Checks.close(
                    "weight " + i, x.getAtIndex(JAVA_FLOAT, i), expected, TOLERANCE * expected);
        }
    }

    /** Gives the memory back. */
    @TearDown(Level.Trial)
    public void release() {
        arena.close();
    }
}
