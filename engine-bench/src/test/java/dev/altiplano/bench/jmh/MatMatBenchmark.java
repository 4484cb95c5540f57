package dev.altiplano.bench.jmh;

import dev.altiplano.bench.jmh.Counters.Arithmetic;
import dev.altiplano.bench.jmh.Counters.Traffic;
import dev.altiplano.kernels.Linear;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Worker;

import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import java.lang.foreign.Arena;

/**
 * A matrix times several rows, as in prefill: operations per second, and bytes of weights for few
 * rows. Laying out the rows is part of it.
 */
@State(Scope.Benchmark)
@NullUnmarked // filled by the set-up
public class MatMatBenchmark extends Timed {
    /** Which matrix. */
    @Param({"Q", "SHARED_DOWN", "EXPERT_GATE_UP", "SMALL"})
    public WeightShape shape;

    /** How its weights are stored. */
    @Param({"BF16", "FP8", "INT8", "INT4", "INT4_GROUP_32", "NVFP4"})
    public WeightFormat format;

    /** Tokens. */
    @Param({"1", "2", "4", "8", "16", "32", "64", "128", "256", "512"})
    public int rows;

    private Arena arena;
    private RandomMatrices matrices;
    private Matrix weights;
    private Rows x;
    private Rows y;

    /** Fills memory. */
    @Setup(Level.Trial)
    public void fill(Team team) {
        arena = Arena.ofShared();
        matrices = new RandomMatrices(shape, format, arena);
        x = RandomMatrices.fill(Rows.ofBlock(rows, shape.inputs));
        y = Rows.of(rows, shape.outputs);
        check(team);
    }

    private void product(Worker worker) {
        Linear.pack(worker, x);
        worker.await();
        Linear.multiply(worker, weights, x, y);
    }

    /** Multiplies with the next matrix in memory. */
    @Benchmark
    public Rows multiply(Team team, Arithmetic arithmetic, Traffic traffic) {
        weights = matrices.next();
        team.run(this::product);
        arithmetic.flops += 2L * rows * shape.weights();
        traffic.bytes += weights.bytes();
        return y;
    }

    /** Checks what compiled code computes, too. */
    @TearDown(Level.Iteration)
    public void check(Team team) {
        weights = matrices.next();
        team.run(this::product);
        RandomMatrices.check(weights, x, y);
    }

    /** Gives the memory back. */
    @TearDown(Level.Trial)
    public void release() {
        arena.close();
    }
}
