package dev.altiplano.bench.jmh;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Order;
import dev.altiplano.kernels.Scales;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/** Formats of weights as published checkpoints hold them, scales included. */
public enum WeightFormat {
    /** Floats as they are computed with. */
    F32(DType.F32, null, 1, 1),
    /** IEEE 754 binary16. */
    F16(DType.F16, null, 1, 1),
    /** What Meta publishes. */
    BF16(DType.BF16, null, 1, 1),
    /** E4M3; a scale for each output, or one for all of a fused expert. */
    FP8(DType.F8_E4M3, DType.F32, 0, 448),
    /** A scale for each output. */
    INT8(DType.I8, DType.BF16, 0, 128),
    /** w4a16: a scale for 128 inputs. */
    INT4(DType.I4_BIASED, DType.BF16, 128, 8),
    /** A scale for 32 inputs. */
    INT4_GROUP_32(DType.I4_BIASED, DType.BF16, 32, 8),
    /** E2M1; an E4M3 scale for 16 inputs, and one factor for all. */
    NVFP4(DType.F4_E2M1, DType.F8_E4M3, 16, 6);

    private final DType codes;
    private final @Nullable DType scales;

    /** Inputs that share a scale; 0 for all. */
    private final int group;

    /** Largest code. */
    private final int largest;

    WeightFormat(DType codes, @Nullable DType scales, int group, int largest) {
        this.codes = codes;
        this.scales = scales;
        this.group = group;
        this.largest = largest;
    }

    /** How a matrix of that shape is stored; whole numbers never come fused. */
    private Order order(WeightShape shape) {
        return codes == DType.I8 || codes == DType.I4_BIASED ? Order.OUTPUT_MAJOR : shape.order;
    }

    /** Bytes of the codes of a matrix. */
    long bytes(WeightShape shape) {
        return shape.weights() * codes.bits() / 8;
    }

    /** A matrix of codes that are already there, with scales of its own. */
    Matrix matrix(WeightShape shape, MemorySegment data, Arena arena) {
        Order order = order(shape);
        Scales beside = scales == null ? null : scales(scales, shape, order, arena);
        return new Matrix(data, codes, order, shape.outputs, shape.inputs, beside);
    }

    private Scales scales(DType dtype, WeightShape shape, Order order, Arena arena) {
        int inputs = group == 0 ? shape.inputs : group;
        int outputs = group == 0 && order == Order.INPUT_MAJOR ? shape.outputs : 1;
        long count = (long) shape.outputs / outputs * (shape.inputs / inputs);
        MemorySegment data = arena.allocate(count * dtype.bytes(), 64);
        double factor = dtype == DType.F8_E4M3 ? 1f / largest : 1; // FP32, as ModelOpt has it
        SplittableRandom random = new SplittableRandom(count);
        for (long i = 0; i < count; i++) {
            float scale = (float) random.nextDouble(0.5, 1) / largest;
            switch (dtype) {
                case F32 -> data.setAtIndex(JAVA_FLOAT, i, scale);
                case BF16 -> data.setAtIndex(JAVA_SHORT, i, bf16(scale));
                default -> data.set(JAVA_BYTE, i, (byte) random.nextInt(0x30, 0x39)); // 1/2 to 1
            }
        }
        return new Scales(data, dtype, outputs, inputs, factor);
    }

    private static short bf16(float value) {
        return (short) (Float.floatToIntBits(value) >>> 16);
    }

    /** Fills memory with weights between -1 and 1, or with codes of any value. */
    void fill(MemorySegment data, SplittableRandom random) {
        int bytes = Math.max(1, codes.bits() / 8);
        for (long at = 0; at < data.byteSize(); at += bytes) {
            float value = (float) random.nextDouble(-1, 1);
            switch (codes) {
                case F32 -> data.set(JAVA_FLOAT, at, value);
                case F16 -> data.set(JAVA_SHORT, at, Float.floatToFloat16(value));
                case BF16 -> data.set(JAVA_SHORT, at, bf16(value));
                case F8_E4M3 -> data.set(JAVA_BYTE, at, (byte) e4m3(random));
                default -> data.set(JAVA_BYTE, at, (byte) random.nextInt(0x100));
            }
        }
    }

    /** Any code but the two that are no numbers. */
    private static int e4m3(SplittableRandom random) {
        return random.nextInt(2) << 7 | random.nextInt(0x7f);
    }
}
