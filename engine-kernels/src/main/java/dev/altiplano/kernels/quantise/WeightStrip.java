package dev.altiplano.kernels.quantise;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Order;
import dev.altiplano.kernels.internal.CodeLoops;
import dev.altiplano.kernels.internal.KernelSets;
import dev.altiplano.kernels.internal.SmallFloats;
import dev.altiplano.kernels.internal.TileOperands;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;

/**
 * Weights of up to {@value #WIDTH} neighbouring outputs as FP32, all inputs: 256 bytes an input and
 * 128 KiB.
 */
public final class WeightStrip {
    /** Most outputs. */
    public static final int WIDTH = CodeLoops.WIDTH;

    private static final int STRIDE = TileOperands.STRIDE;

    /** Inputs that are turned at once: what a cache line holds. */
    private static final int TURNED = 16;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private final float[] rows = new float[WIDTH * STRIDE];
    private final float[] spare = new float[TileOperands.SCALES];
    private float[] values = {};
    private int inputs;
    private int outputs;

    /** A strip that holds nothing yet. */
    public WeightStrip() {}

    /**
     * Reads {@code count} outputs from {@code first} on.
     *
     * @throws IndexOutOfBoundsException if there are not so many
     * @throws IllegalArgumentException if there is no room for so many in a strip
     */
    public void read(Matrix m, int first, int count) {
        Objects.checkFromIndexSize(first, count, m.outputs());
        if (count > WIDTH) {
            throw new IllegalArgumentException(
                    "%d outputs, a strip has room for %d".formatted(count, WIDTH));
        }
        inputs = m.inputs();
        outputs = count;
        int room = Math.multiplyExact(inputs, WIDTH);
        if (values.length < room) {
            values = new float[room];
        }
        if (outputs < WIDTH) {
            Arrays.fill(values, 0, room, 0);
        }
        if (m.order() == Order.OUTPUT_MAJOR) {
            readRows(m, first);
        } else if (isPlain(m.dtype()) && m.scales() == null) {
            long bytes = m.dtype().bytes();
            for (int i = 0; i < inputs; i++) {
                long at = ((long) i * m.outputs() + first) * bytes;
                KernelSets.BEST.decode(m.data(), m.dtype(), at, values, i * WIDTH, outputs);
            }
        } else {
            for (int i = 0; i < inputs; i++) {
                for (int j = 0; j < outputs; j++) {
                    values[i * WIDTH + j] = m.weight(first + j, i);
                }
            }
        }
    }

    private static boolean isPlain(DType dtype) {
        return dtype == DType.F32 || dtype == DType.F16 || dtype == DType.BF16;
    }

    private void readRows(Matrix m, int first) {
        for (int i = 0; i < inputs; i += STRIDE) {
            int count = Math.min(STRIDE, inputs - i);
            KernelSets.BEST.decodeRows(m, first, outputs, i, count, rows, 0, spare);
            for (int k = 0; k < count; k += TURNED) {
                turn(i + k, k, Math.min(TURNED, count - k));
            }
        }
    }

    /** Copies inputs from rows to columns. */
    private void turn(int input, int at, int count) {
        for (int j = 0; j < outputs; j++) {
            int from = j * STRIDE + at;
            int to = input * WIDTH + j;
            for (int k = 0; k < count; k++) {
                values[to + k * WIDTH] = rows[from + k];
            }
        }
    }

    /** Inputs of the matrix read last. */
    public int inputs() {
        return inputs;
    }

    /** Outputs that were read. */
    public int outputs() {
        return outputs;
    }

    /** The weight from an input to an output of this strip. */
    public float at(int output, int input) {
        return values[input * WIDTH + output];
    }

    /**
     * The largest magnitude, 0 or more.
     *
     * @throws IllegalArgumentException if a weight is no finite number
     */
    public float largest() {
        float[] each = new float[WIDTH];
        KernelSets.CODES.largest(block(0, inputs), each);
        float largest = 0;
        for (int j = 0; j < outputs; j++) {
            largest = Math.max(largest, requireFinite(each[j], j));
        }
        return largest;
    }

    /**
     * Writes the weights output by output.
     *
     * @param dtype F32, or BF16 or F16, rounded to the nearest, ties to even
     * @param out {@code outputs * inputs} elements
     */
    public void write(DType dtype, MemorySegment out) {
        for (int j = 0; j < outputs; j++) {
            long row = (long) j * inputs;
            for (int i = 0; i < inputs; i++) {
                float weight = values[i * WIDTH + j];
                switch (dtype) {
                    case F32 -> out.set(FLOAT, 4 * (row + i), weight);
                    case F16 -> out.set(SHORT, 2 * (row + i), Float.floatToFloat16(weight));
                    default -> out.set(SHORT, 2 * (row + i), SmallFloats.bf16(weight));
                }
            }
        }
    }

    /** Refuses what no code can stand for. */
    static float requireFinite(float largest, int output) {
        if (!Float.isFinite(largest)) {
            throw new IllegalArgumentException(
                    "a weight of output %d of this strip is NaN or infinite".formatted(output));
        }
        return largest;
    }

    CodeLoops.Block block(int first, int count) {
        return new CodeLoops.Block(values, first, count);
    }
}
