package dev.altiplano.bench.jmh;

import dev.altiplano.bench.jmh.Counters.Arithmetic;
import dev.altiplano.bench.jmh.Counters.Elements;
import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.FullAttention;
import dev.altiplano.kernels.Gelu;
import dev.altiplano.kernels.GridRope;
import dev.altiplano.kernels.LayerNorm;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Order;
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
import java.lang.foreign.ValueLayout;

/**
 * What the image tower does between its matrices, with the widths of Scout's; its matrices are
 * those of {@link MatMatBenchmark}.
 */
@State(Scope.Benchmark)
@NullUnmarked // filled by the set-up
public class TowerBenchmark extends Timed {
    private static final int HEADS = 16;
    private static final int HEAD_DIM = 88;
    private static final int HIDDEN = HEADS * HEAD_DIM;
    private static final int WIDTH = 5632;
    private static final float EPSILON = 1e-5f;

    /** FP32 with some rounding on the way. */
    private static final double TOLERANCE = 1e-4;

    /** Tiles that go together. */
    @Param({"1", "4"})
    public int tiles;

    /** Patches along the edge of a tile. */
    @Param("24")
    public int edge;

    private Arena arena;
    private int tokens;
    private Matrix gains;
    private FullAttention kernel;
    private GridRope rope;
    private Rows q;
    private Rows k;
    private Rows v;
    private Rows out;
    private Rows rotated;
    private Rows wide;

    private final Region attention = worker -> kernel.attend(worker, q, k, v, out);
    private final Region norm = worker -> LayerNorm.apply(worker, q, gains, gains, EPSILON, out);
    private final Region rotation = worker -> rope.rotate(worker, rotated);
    private final Region activation = worker -> Gelu.apply(worker, wide);

    /** Makes rows. */
    @Setup(Level.Trial)
    public void fill(Team team) {
        arena = Arena.ofShared();
        tokens = edge * edge + 1;
        gains = new Matrix(arena.allocate(4L * HIDDEN), DType.F32, Order.OUTPUT_MAJOR, 1, HIDDEN);
        for (int i = 0; i < HIDDEN; i++) {
            gains.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, 1 + i % 7 / 8f);
        }
        float[] frequencies = new float[HEAD_DIM / 4];
        for (int j = 0; j < frequencies.length; j++) {
            frequencies[j] = (float) Math.pow(10_000, -4.0 * j / HEAD_DIM);
        }
        rope = new GridRope(frequencies, edge);
        kernel = new FullAttention(tokens, HEADS, HEAD_DIM);
        int rows = tiles * tokens;
        q = RandomMatrices.rows(rows, HIDDEN);
        k = RandomMatrices.rows(rows, HIDDEN);
        v = RandomMatrices.rows(rows, HIDDEN);
        out = Rows.of(rows, HIDDEN);
        rotated = RandomMatrices.rows(rows, HIDDEN);
        wide = RandomMatrices.rows(rows, WIDTH);
        check(team);
    }

    /** Every token of a tile attends to all of them. */
    @Benchmark
    public Rows attend(Team team, Arithmetic arithmetic) {
        team.run(attention);
        arithmetic.flops += 4L * HIDDEN * tiles * tokens * tokens;
        return out;
    }

    /** Norm with mean, gain and offset. */
    @Benchmark
    public Rows layerNorm(Team team, Elements elements) {
        team.run(norm);
        elements.elements += (long) tiles * tokens * HIDDEN;
        return out;
    }

    /** Rotation of all heads by row and column. */
    @Benchmark
    public Rows rotateOnGrid(Team team, Elements elements) {
        team.run(rotation);
        elements.elements += (long) tiles * tokens * HIDDEN;
        return rotated;
    }

    /** The exact activation, on what it has made: its cost does not depend on the numbers. */
    @Benchmark
    public Rows gelu(Team team, Elements elements) {
        team.run(activation);
        elements.elements += (long) tiles * tokens * WIDTH;
        return wide;
    }

    /** Checks what compiled code computes, too. */
    @TearDown(Level.Iteration)
    public void check(Team team) {
        team.run(attention);
        int tile = tiles - 1;
        int head = HEADS - 1;
        for (int query : new int[] {0, tokens / 2, tokens - 1}) {
            int row = tile * tokens + query;
            float actual = out.data()[out.offset(row) + head * HEAD_DIM];
            Checks.close("attention", actual, attended(tile, query, head), TOLERANCE);
        }
    }

    /** The first element of what a query finds, in double. */
    private double attended(int tile, int query, int head) {
        double[] scores = new double[tokens];
        double most = Double.NEGATIVE_INFINITY;
        for (int t = 0; t < tokens; t++) {
            int a = q.offset(tile * tokens + query) + head * HEAD_DIM;
            int b = k.offset(tile * tokens + t) + head * HEAD_DIM;
            for (int d = 0; d < HEAD_DIM; d++) {
                scores[t] += (double) q.data()[a + d] * k.data()[b + d];
            }
            scores[t] /= Math.sqrt(HEAD_DIM);
            most = Math.max(most, scores[t]);
        }
        double sum = 0;
        double weighted = 0;
        for (int t = 0; t < tokens; t++) {
            double weight = Math.exp(scores[t] - most);
            sum += weight;
            weighted += weight * v.data()[v.offset(tile * tokens + t) + head * HEAD_DIM];
        }
        return weighted / sum;
    }

    /** Gives the memory back. */
    @TearDown(Level.Trial)
    public void release() {
        arena.close();
    }
}
