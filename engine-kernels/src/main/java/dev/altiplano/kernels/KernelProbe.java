package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.DotOperands;
import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;
import dev.altiplano.kernels.internal.ScalarKernels;
import dev.altiplano.kernels.internal.SumOperands;
import dev.altiplano.kernels.internal.TileOperands;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;

/**
 * A kernel and its scalar twin at the same piece of work, some microseconds of it, so that a kernel
 * that was compiled badly can be told from a good one.
 *
 * <p>Works on the matrices of a model where they are mapped, and in the shapes that models use:
 * what a kernel has seen before stays all it has seen, and nothing is compiled anew.
 *
 * <p>One thread at a time.
 */
public final class KernelProbe {
    private static final KernelSet KERNELS = KernelSets.BEST;
    private static final ScalarKernels TWIN = new ScalarKernels("twin");

    /** Shorter rows leave a vector kernel nothing to win. */
    private static final int LEAST_ROW = 128;

    private static final int MOST_ROWS = 64;
    private static final int MOST_COLUMNS = 512;
    private static final int ELEMENTS = 1024;
    private static final int DEPTH = 128;

    /** Query heads of a KV head in Llama 4. */
    private static final int QUERIES = KernelSet.QUAD_ROWS;

    private static final int UNIT = KvLayout.UNIT;

    /** A result that nobody kept would not be computed. */
    @SuppressWarnings("NonFinalStaticField")
    private static float kept;

    private final String name;
    private final Runnable kernel;
    private final Runnable twin;

    private KernelProbe(String name, Runnable kernel, Runnable twin) {
        this.name = name;
        this.kernel = kernel;
        this.twin = twin;
    }

    /** What the kernel does, in words. */
    public String name() {
        return name;
    }

    /** Runs the kernel that this JVM has chosen. */
    public void run() {
        kernel.run();
    }

    /** Does the same work with the scalar kernel. */
    public void runTwin() {
        twin.run();
    }

    /**
     * The kernel that multiplies by a matrix while decoding.
     *
     * @return nothing if the matrix is too small to tell, or stored in a format without vector
     *     kernels
     */
    public static List<KernelProbe> of(Matrix m) {
        boolean plain = m.dtype() == DType.F32 || m.dtype() == DType.F16 || m.dtype() == DType.BF16;
        boolean byOutput = m.order() == Order.OUTPUT_MAJOR;
        int length = byOutput ? m.inputs() : m.outputs();
        int rows = Math.min(MOST_ROWS, (byOutput ? m.outputs() : m.inputs()) / 8 * 8);
        if (!plain || length < LEAST_ROW || rows == 0) {
            return List.of();
        }
        return List.of(byOutput ? dots(m, rows) : rowSums(m, rows));
    }

    /** The kernels that work on activations, and on keys and values of this type. */
    public static List<KernelProbe> ofActivations(KvType type) {
        return List.of(tile(), page(type), swiGlu(), softmax(), sumOfSquares());
    }

    private static KernelProbe dots(Matrix m, int rows) {
        DotOperands d = new DotOperands();
        d.x = Rows.of(1, m.inputs());
        fill(d.x.data());
        d.count = 1;
        d.width = 1;
        d.arranged = Scratch.allocate(m.inputs());
        DotOperands[] groups = {d};
        Rows y = Rows.of(1, rows);
        KERNELS.arrange(m, 0, d);
        return both(
                "dot products of %s rows".formatted(m.dtype()),
                1,
                kernels -> kernels.dots(m, 0, rows, groups, y, 0));
    }

    private static KernelProbe rowSums(Matrix m, int rows) {
        int columns = Math.min(MOST_COLUMNS, m.outputs() / LEAST_ROW * LEAST_ROW);
        SumOperands s = new SumOperands();
        s.x = new float[rows];
        s.sums = Scratch.allocate(columns);
        return both(
                "sums of %s rows".formatted(m.dtype()),
                1,
                kernels -> kernels.addRows(m, 0, rows, 0, columns, s));
    }

    private static KernelProbe tile() {
        int rows = KERNELS.tileRows();
        int width = 2 * KERNELS.lanes();
        TileOperands t = new TileOperands();
        t.rows = new float[rows * TileOperands.STRIDE];
        t.b = Scratch.allocate((long) width * TileOperands.STRIDE);
        t.c = Scratch.allocate((long) rows * width);
        t.depth = TileOperands.STRIDE;
        t.rowStep = 4L * width;
        return both(
                "register tile",
                KERNELS.lanes(),
                kernels -> {
                    t.c0 = 0;
                    kernels.product(t, rows, true);
                });
    }

    private static KernelProbe page(KvType type) {
        DType dtype = type.dtype();
        boolean quads = KERNELS.takesQuads(QUERIES, dtype);
        long unit = (long) dtype.bytes() * UNIT * DEPTH;
        TileOperands t = new TileOperands();
        t.a = Scratch.allocate((long) QUERIES * TileOperands.STRIDE);
        t.b = Scratch.allocate(4L * UNIT * DEPTH); // four units of columns, also in FP32
        t.c = Scratch.allocate(4L * UNIT * QUERIES);
        t.depth = DEPTH;
        t.rowStep = 16L * UNIT;
        return both(
                "attention to %s keys and values".formatted(type),
                KERNELS.lanes(),
                kernels -> {
                    int lanes = kernels.lanes();
                    t.a0 = 0;
                    t.c0 = 0;
                    if (quads) {
                        kernels.pageQuad(t, dtype, 0, unit, 4L * UNIT);
                    } else {
                        long second = lanes < UNIT ? (long) dtype.bytes() * lanes : unit;
                        kernels.pageProduct(t, QUERIES, dtype, 0, second);
                    }
                });
    }

    private static KernelProbe swiGlu() {
        float[] x = ramp(2 * ELEMENTS);
        float[] y = new float[ELEMENTS];
        return both("SwiGLU", 1, kernels -> kernels.swiGlu(x, 0, ELEMENTS, y, 0, ELEMENTS));
    }

    private static KernelProbe softmax() {
        MemorySegment scores = Scratch.allocate(ELEMENTS);
        return both("softmax", 1, kernels -> kernels.expAndSum(scores, 0, ELEMENTS, 1));
    }

    private static KernelProbe sumOfSquares() {
        float[] x = ramp(ELEMENTS);
        return both("sum of squares", 1, kernels -> kept = kernels.sumOfSquares(x, 0, ELEMENTS));
    }

    /**
     * @param lanes columns that the kernel does at once in one call; the twin is called as often as
     *     its own need
     */
    private static KernelProbe both(String name, int lanes, Consumer<KernelSet> work) {
        int calls = Math.max(1, lanes / TWIN.lanes());
        return new KernelProbe(
                name,
                () -> work.accept(KERNELS),
                () -> {
                    for (int i = 0; i < calls; i++) {
                        work.accept(TWIN);
                    }
                });
    }

    private static float[] ramp(int count) {
        float[] values = new float[count];
        fill(values);
        return values;
    }

    private static void fill(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (i % 17 - 8) / 8f;
        }
    }
}
