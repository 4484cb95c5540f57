package dev.altiplano.bench.jmh;

import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Rows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Weights off the heap, as many as no cache holds, and the plain loop that checks products. */
final class RandomMatrices {
    /** Bytes that repeat; an odd number of thousands, so that no two rows are alike. */
    private static final int PATTERN_BYTES = 4 * 65_537;

    private static final long SEED = 1;

    /** Outputs that are checked. */
    private static final int SAMPLES = 61;

    /** Relative to the sum of absolute products; FP32 sums of 16384 terms stay below a tenth. */
    private static final double TOLERANCE = 1e-5;

    private final List<Matrix> matrices = new ArrayList<>();
    private int next;

    /** Fills memory; weights lie between -1 and 1. */
    RandomMatrices(WeightShape shape, WeightFormat format, Arena arena) {
        long bytes = format.bytes(shape);
        int count = shape.isCached() ? 1 : (int) Math.ceilDiv(Memory.BEYOND_CACHES, bytes);
        MemorySegment all = arena.allocate(bytes * count, 64);
        long filled = Math.min(all.byteSize(), PATTERN_BYTES);
        format.fill(all.asSlice(0, filled), new SplittableRandom(SEED));
        repeat(all, filled);
        for (int i = 0; i < count; i++) {
            matrices.add(format.matrix(shape, all.asSlice(i * bytes, bytes), arena));
        }
    }

    private static void repeat(MemorySegment all, long filled) {
        for (long done = filled; done < all.byteSize(); done *= 2) {
            MemorySegment.copy(all, 0, all, done, Math.min(done, all.byteSize() - done));
        }
    }

    /** The next one in turn. */
    Matrix next() {
        Matrix matrix = matrices.get(next);
        next = next + 1 == matrices.size() ? 0 : next + 1;
        return matrix;
    }

    /** Numbers between -1 and 1. */
    static Rows rows(int count, int width) {
        return fill(Rows.of(count, width));
    }

    /** The same values in rows that are there. */
    static Rows fill(Rows rows) {
        SplittableRandom random = new SplittableRandom(SEED + 1);
        for (int i = 0; i < rows.data().length; i++) {
            rows.data()[i] = (float) random.nextDouble(-1, 1);
        }
        return rows;
    }

    /**
     * Compares products with sums in double.
     *
     * @throws IllegalStateException if one is wrong
     */
    static void check(Matrix weights, Rows x, Rows y) {
        SplittableRandom random = new SplittableRandom(SEED + 2);
        for (int sample = 0; sample < SAMPLES; sample++) {
            int row = random.nextInt(x.count());
            int output = random.nextInt(weights.outputs());
            double sum = 0;
            double size = 0;
            for (int i = 0; i < weights.inputs(); i++) {
                double product = (double) weights.weight(output, i) * x.data()[x.offset(row) + i];
                sum += product;
                size += Math.abs(product);
            }
            Checks.close(
                    "row %d, output %d".formatted(row, output),
                    y.data()[y.offset(row) + output],
                    sum,
                    TOLERANCE * size);
        }
    }
}
