package dev.altiplano.bench.jmh;

import dev.altiplano.bench.jmh.Counters.Elements;
import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Order;
import dev.altiplano.kernels.RmsNorm;
import dev.altiplano.kernels.Rope;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.SwiGlu;
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

/** What is done to rows between the matrices, with the widths of Llama 4: elements per second. */
@State(Scope.Benchmark)
@NullUnmarked // filled by the set-up
public class RowBenchmark extends Timed {
    private static final int HIDDEN = 5120;
    private static final int HEAD_DIM = 128;
    private static final int EXPERT = 8192;
    private static final float EPSILON = 1e-5f;

    /** FP32 with some rounding on the way. */
    private static final double TOLERANCE = 1e-5;

    /** Tokens. */
    @Param({"1", "256"})
    public int rows;

    private Arena arena;
    private Matrix gains;
    private float[] frequencies;
    private Rope rope;
    private Rows x;
    private Rows normed;
    private Rows heads;
    private Rows gateUp;
    private Rows activated;

    private final Region norm = worker -> RmsNorm.apply(worker, x, gains, EPSILON, normed);
    private final Region headNorm = worker -> RmsNorm.heads(worker, heads, HEAD_DIM, EPSILON);
    private final Region rotation = worker -> rope.rotate(worker, heads, HEAD_DIM);
    private final Region angles = worker -> rope.prepare(worker, 1000, rows);
    private final Region activation = worker -> SwiGlu.apply(worker, gateUp, activated);

    /** Makes rows. */
    @Setup(Level.Trial)
    public void fill(Team team) {
        arena = Arena.ofShared();
        gains = new Matrix(arena.allocate(4L * HIDDEN), DType.F32, Order.OUTPUT_MAJOR, 1, HIDDEN);
        for (int i = 0; i < HIDDEN; i++) {
            gains.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, 1 + i % 7 / 8f);
        }
        frequencies = new float[HEAD_DIM / 2];
        for (int j = 0; j < frequencies.length; j++) {
            frequencies[j] = (float) Math.pow(500_000, -2.0 * j / HEAD_DIM);
        }
        rope = new Rope(frequencies, rows);
        x = RandomMatrices.rows(rows, HIDDEN);
        normed = Rows.of(rows, HIDDEN);
        heads = RandomMatrices.rows(rows, HIDDEN);
        gateUp = RandomMatrices.rows(rows, 2 * EXPERT);
        activated = Rows.of(rows, EXPERT);
        check(team);
    }

    /** Root mean square norm with weights. */
    @Benchmark
    public Rows rmsNorm(Team team, Elements elements) {
        team.run(norm);
        elements.elements += (long) rows * HIDDEN;
        return normed;
    }

    /** Norm of each head without weights. */
    @Benchmark
    public Rows headNorm(Team team, Elements elements) {
        team.run(headNorm);
        elements.elements += (long) rows * HIDDEN;
        return heads;
    }

    /** Rotation of all heads. */
    @Benchmark
    public Rows rotate(Team team, Elements elements) {
        team.run(rotation);
        elements.elements += (long) rows * HIDDEN;
        return heads;
    }

    /** Sines and cosines, once a step for all layers. */
    @Benchmark
    public Rope angles(Team team, Elements elements) {
        team.run(angles);
        elements.elements += (long) rows * HEAD_DIM;
        return rope;
    }

    /** SwiGLU of an expert. */
    @Benchmark
    public Rows swiGlu(Team team, Elements elements) {
        team.run(activation);
        elements.elements += (long) rows * EXPERT;
        return activated;
    }

    /** Checks what compiled code computes, too. */
    @TearDown(Level.Iteration)
    public void check(Team team) {
        team.run(norm);
        checkNorm();
        team.run(activation);
        checkActivation();
        team.run(angles);
        checkRotation(team);
        team.run(headNorm);
        checkHeadNorm();
    }

    private void checkNorm() {
        int last = x.offset(rows - 1);
        double factor = factor(x, last, HIDDEN);
        for (int i = 0; i < HIDDEN; i++) {
            double expected = x.data()[last + i] * factor * (1 + i % 7 / 8.0);
            Checks.close("norm " + i, normed.data()[last + i], expected, TOLERANCE);
        }
    }

    private static double factor(Rows x, int from, int count) {
        double squares = 0;
        for (int i = from; i < from + count; i++) {
            squares += (double) x.data()[i] * x.data()[i];
        }
        return 1 / Math.sqrt(squares / count + EPSILON);
    }

    private void checkActivation() {
        int gate = gateUp.offset(rows - 1);
        for (int i = 0; i < EXPERT; i++) {
            double g = gateUp.data()[gate + i];
            double expected = g / (1 + Math.exp(-g)) * gateUp.data()[gate + EXPERT + i];
            float actual = activated.data()[activated.offset(rows - 1) + i];
            Checks.close("activation " + i, actual, expected, TOLERANCE);
        }
    }

    private void checkRotation(Team team) {
        float[] before = heads.data().clone();
        team.run(rotation);
        for (int i = heads.offset(rows - 1); i < before.length; i += 2) {
            float angle = (1000 + rows - 1) * frequencies[i % HEAD_DIM / 2];
            double cos = Math.cos(angle);
            double sin = Math.sin(angle);
            double even = before[i] * cos - before[i + 1] * sin;
            double odd = before[i] * sin + before[i + 1] * cos;
            Checks.close("rotated " + i, heads.data()[i], even, TOLERANCE);
            Checks.close("rotated " + (i + 1), heads.data()[i + 1], odd, TOLERANCE);
        }
    }

    /** Afterwards the mean square is 1. */
    private void checkHeadNorm() {
        for (int at = 0; at < heads.data().length; at += HEAD_DIM) {
            float left = (float) factor(heads, at, HEAD_DIM);
            Checks.close("head at " + at, left, 1, 2 * EPSILON);
        }
    }

    /** Gives the memory back. */
    @TearDown(Level.Trial)
    public void release() {
        arena.close();
    }
}
