package dev.altiplano.bench.jmh;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Order;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Scales;

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
    RandomMatrices(WeightShape shape, DType dtype, Arena arena) {
        long bytes = shape.weights() * dtype.bytes();
        int count = shape.isCached() ? 1 : (int) Math.ceilDiv(Memory.BEYOND_CACHES, bytes);
        MemorySegment all = arena.allocate(bytes * count, 64);
        fill(all, dtype);
        Scales scales = dtype == DType.F8_E4M3 ? scales(shape, arena) : null;
        for (int i = 0; i < count; i++) {
            MemorySegment data = all.asSlice(i * bytes, bytes);
            matrices.add(new Matrix(data, dtype, shape.order, shape.outputs, shape.inputs, scales));
        }
    }

    /** One per output beside output-major codes, one for all beside input-major ones. */
    private static Scales scales(WeightShape shape, Arena arena) {
        boolean each = shape.order == Order.OUTPUT_MAJOR;
        MemorySegment data = arena.allocate(each ? 4L * shape.outputs : 4, 64);
        for (long at = 0; at < data.byteSize(); at += 4) {
            data.set(JAVA_FLOAT, at, 1 / 448f);
        }
        return new Scales(data, DType.F32, each ? 1 : shape.outputs, shape.inputs, 1);
    }

    private static void fill(MemorySegment all, DType dtype) {
        SplittableRandom random = new SplittableRandom(SEED);
        long pattern = Math.min(all.byteSize(), PATTERN_BYTES);
        for (long at = 0; at < pattern; at += dtype.bytes()) {
            float value = (float) random.nextDouble(-1, 1);
            switch (dtype) {
                case F32 -> all.set(JAVA_FLOAT, at, value);
                case F16 -> all.set(JAVA_SHORT, at, Float.floatToFloat16(value));
                case BF16 -> all.set(JAVA_SHORT, at, (short) (Float.floatToIntBits(value) >>> 16));
                case F8_E4M3 -> all.set(JAVA_BYTE, at, (byte) code(random));
                default -> throw new IllegalArgumentException("no benchmark of " + dtype);
            }
        }
        for (long done = pattern; done < all.byteSize(); done *= 2) {
            long more = Math.min(done, all.byteSize() - done);
            MemorySegment.copy(all, 0, all, done, more);
        }
    }

    /** Any code but the two that are no numbers. */
    private static int code(SplittableRandom random) {
        int sign = random.nextInt(2) << 7;
        return sign | random.nextInt(0x7f);
    }

    /** The next one in turn. */
    Matrix next() {
        Matrix matrix = matrices.get(next);
        next = next + 1 == matrices.size() ? 0 : next + 1;
        return matrix;
    }

    /** Numbers between -1 and 1. */
    static Rows rows(int count, int width) {
        Rows rows = Rows.of(count, width);
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
