package dev.altiplano.bench.jmh;

import dev.altiplano.bench.jmh.Counters.Traffic;
import dev.altiplano.kernels.Linear;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Workers.Region;

import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import java.lang.foreign.Arena;

/** A matrix times one row, as in decoding: bytes of weights per second. */
@State(Scope.Benchmark)
@NullUnmarked // filled by the set-up
public class MatVecBenchmark extends Timed {
    /** Which matrix. */
    @Param public WeightShape shape;

    /** How its weights are stored. */
    @Param({"BF16", "FP8", "INT8", "INT4", "INT4_GROUP_32", "NVFP4"})
    public WeightFormat format;

    private Arena arena;
    private RandomMatrices matrices;
    private Matrix weights;
    private Rows x;
    private Rows y;

    private final Region product = worker -> Linear.multiply(worker, weights, x, y);

    /** Fills memory. */
    @Setup(Level.Trial)
    public void fill(Team team) {
        arena = Arena.ofShared();
        matrices = new RandomMatrices(shape, format, arena);
        x = RandomMatrices.rows(1, shape.inputs);
        y = Rows.of(1, shape.outputs);
        check(team);
    }

    /** Multiplies with the next matrix in memory. */
    @Benchmark
    public Rows multiply(Team team, Traffic traffic) {
        weights = matrices.next();
        team.run(product);
        traffic.bytes += weights.bytes();
        return y;
    }

    /** Checks what compiled code computes, too. */
    @TearDown(Level.Iteration)
    public void check(Team team) {
        weights = matrices.next();
        team.run(product);
        RandomMatrices.check(weights, x, y);
    }

    /** Gives the memory back. */
    @TearDown(Level.Trial)
    public void release() {
        arena.close();
    }
}
