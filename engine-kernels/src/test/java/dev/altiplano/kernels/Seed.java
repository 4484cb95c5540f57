package dev.altiplano.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Random test data that a failure message can reproduce. */
final class Seed {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private final long seed;
    private final SplittableRandom random;

    Seed() {
        this(Long.getLong("seed", System.nanoTime()));
    }

    Seed(long seed) {
        this.seed = seed;
        random = new SplittableRandom(seed);
    }

    /** For {@code as(...)}: how to see the same failure again. */
    String hint() {
        return "-Dseed=" + seed;
    }

    /** From -1 to 1. */
    float next() {
        return (float) (2 * random.nextDouble() - 1);
    }

    /** From 0 to {@code bound - 1}. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    Rows rows(int count, int width) {
        Rows rows = Rows.of(count, width);
        for (int i = 0; i < count * width; i++) {
            rows.data()[i] = next();
        }
        return rows;
    }

    /** Weights from -1 to 1 at an odd address, as in a mapped file. */
    Matrix matrix(DType dtype, Order order, int outputs, int inputs) {
        long count = (long) outputs * inputs;
        long bytes = count * dtype.bytes();
        MemorySegment data = Arena.ofAuto().allocate(bytes + 1, 64).asSlice(1, bytes);
        for (long i = 0; i < count; i++) {
            float value = next();
            switch (dtype) {
                case F32 -> data.set(FLOAT, 4 * i, value);
                case F16 -> data.set(SHORT, 2 * i, Float.floatToFloat16(value));
                case BF16 ->
                        data.set(SHORT, 2 * i, (short) (Float.floatToRawIntBits(value) >>> 16));
                case F8_E4M3 ->
                        data.set(
                                JAVA_BYTE,
                                i,
                                (byte) (random.nextInt(2) << 7 | random.nextInt(0x38)));
                default -> throw new IllegalArgumentException("see Quantised: " + dtype);
            }
        }
        return new Matrix(data, dtype, order, outputs, inputs);
    }

    /** FP8 codes with scales from 0.5 to 1.5 in blocks. */
    Matrix scaled(Order order, int outputs, int inputs, int outputBlock, int inputBlock) {
        Matrix codes = matrix(DType.F8_E4M3, order, outputs, inputs);
        int count =
                ((outputs + outputBlock - 1) / outputBlock)
                        * ((inputs + inputBlock - 1) / inputBlock);
        MemorySegment scales = Arena.ofAuto().allocate(4L * count);
        for (int i = 0; i < count; i++) {
            scales.set(FLOAT, 4L * i, 1 + next() / 2);
        }
        return new Matrix(
                codes.data(),
                DType.F8_E4M3,
                order,
                outputs,
                inputs,
                new Scales(scales, DType.F32, outputBlock, inputBlock, 1));
    }

    /** One row of each FP8 code. */
    static Matrix codes() {
        int inputs = 160;
        MemorySegment data = Arena.ofAuto().allocate(256L * inputs);
        for (int i = 0; i < 256 * inputs; i++) {
            data.set(JAVA_BYTE, i, (byte) (i / inputs));
        }
        return new Matrix(data, DType.F8_E4M3, Order.OUTPUT_MAJOR, 256, inputs);
    }

    /** The weight from input {@code i} to output {@code o}. */
    static float weight(Matrix m, int o, int i) {
        long at =
                m.order() == Order.OUTPUT_MAJOR
                        ? (long) o * m.inputs() + i
                        : (long) i * m.outputs() + o;
        return switch (m.dtype()) {
            case F32 -> m.data().get(FLOAT, 4 * at);
            case F16 -> Float.float16ToFloat(m.data().get(SHORT, 2 * at));
            case BF16 -> Float.intBitsToFloat(m.data().get(SHORT, 2 * at) << 16);
            case F8_E4M3 -> e4m3(m.data().get(JAVA_BYTE, at)) * m.scale(o, i);
            default -> throw new IllegalArgumentException("see Quantised: " + m.dtype());
        };
    }

    /**
     * By the table of the format: subnormal codes are multiples of 2^-9, others 2^(e - 7) (1 + m /
     * 8).
     */
    static float e4m3(byte code) {
        int exponent = code >> 3 & 15;
        int mantissa = code & 7;
        double magnitude =
                exponent == 0 ? mantissa * 0x1p-9 : Math.scalb(1 + mantissa / 8.0, exponent - 7);
        return (float) (code < 0 ? -magnitude : magnitude);
    }
}
