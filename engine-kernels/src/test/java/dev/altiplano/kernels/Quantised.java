package dev.altiplano.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A quantised matrix and the weights that it stands for, computed by the formats' definitions and
 * not by the code under test.
 */
final class Quantised {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final float[] E2M1 = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};

    private final Matrix matrix;
    private final float[][] values;

    private Quantised(Matrix matrix, float[][] values) {
        this.matrix = matrix;
        this.values = values;
    }

    Matrix matrix() {
        return matrix;
    }

    /** The weight from input {@code i} to output {@code o}. */
    float value(int o, int i) {
        return values[o][i];
    }

    /**
     * What is to be made.
     *
     * @param zeroPoints how zero points are stored; null for none
     */
    record Kind(
            DType codes,
            Order order,
            DType scales,
            int outputBlock,
            int inputBlock,
            double factor,
            @Nullable DType zeroPoints,
            boolean shuffled) {
        static Kind of(DType codes, DType scales, int outputBlock, int inputBlock) {
            return new Kind(
                    codes, Order.OUTPUT_MAJOR, scales, outputBlock, inputBlock, 1, null, false);
        }

        Kind zeroPoints(DType dtype) {
            return new Kind(codes, order, scales, outputBlock, inputBlock, factor, dtype, shuffled);
        }

        Kind withShuffledGroups() {
            return new Kind(
                    codes, order, scales, outputBlock, inputBlock, factor, zeroPoints, true);
        }

        Kind inputMajor() {
            return new Kind(
                    codes,
                    Order.INPUT_MAJOR,
                    scales,
                    outputBlock,
                    inputBlock,
                    factor,
                    zeroPoints,
                    shuffled);
        }

        Kind times(double by) {
            return new Kind(
                    codes, order, scales, outputBlock, inputBlock, by, zeroPoints, shuffled);
        }
    }

    static Quantised of(Kind kind, int outputs, int inputs, Seed seed) {
        int along = ceil(outputs, kind.outputBlock);
        int across = ceil(inputs, kind.inputBlock);
        float[][] scales = new float[along][across];
        int[][] zeros = new int[along][across];
        int[] group = new int[inputs];
        MemorySegment scaleData = odd((long) along * across * kind.scales.bytes());
        MemorySegment zeroData = kind.zeroPoints == null ? null : zeroData(kind, along, across);
        for (int a = 0; a < along; a++) {
            for (int b = 0; b < across; b++) {
                long at =
                        kind.order == Order.OUTPUT_MAJOR
                                ? (long) a * across + b
                                : (long) b * along + a;
                scales[a][b] = (float) (scale(kind, scaleData, at, seed) * kind.factor);
                if (zeroData != null) {
                    zeros[a][b] = zero(kind, zeroData, a, b, across, seed);
                }
            }
        }
        MemorySegment groups = kind.shuffled ? odd(4L * inputs) : null;
        for (int i = 0; i < inputs; i++) {
            group[i] = kind.shuffled ? seed.below(across) : i / kind.inputBlock;
            if (groups != null) {
                groups.set(INT, 4L * i, group[i]);
            }
        }
        float[][] values = new float[outputs][inputs];
        MemorySegment data = codeData(kind, outputs, inputs);
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                int a = o / kind.outputBlock;
                float code = code(kind, data, o, i, outputs, inputs, seed);
                values[o][i] = (code - zeros[a][group[i]]) * scales[a][group[i]];
            }
        }
        Matrix matrix =
                new Matrix(
                        data,
                        kind.codes,
                        kind.order,
                        outputs,
                        inputs,
                        new Scales(
                                scaleData,
                                kind.scales,
                                kind.outputBlock,
                                kind.inputBlock,
                                kind.factor,
                                zeroData == null || kind.zeroPoints == null
                                        ? null
                                        : new ZeroPoints(zeroData, kind.zeroPoints),
                                groups));
        return new Quantised(matrix, values);
    }

    private static int ceil(int size, int block) {
        return (int) ((size + (long) block - 1) / block);
    }

    /** At an odd address, as in a mapped file. */
    private static MemorySegment odd(long bytes) {
        return Arena.ofAuto().allocate(bytes + 1, 64).asSlice(1, bytes);
    }

    /** Sets one scale so that weights lie about between -1 and 1, and returns it. */
    private static float scale(Kind kind, MemorySegment data, long at, Seed seed) {
        float largest =
                switch (kind.codes) {
                    case I8, I8_BIASED -> 128;
                    case I4_BIASED -> 8;
                    case F4_E2M1 -> 6;
                    default -> 1;
                };
        float wanted = (float) ((1.5f + seed.next()) / 2.5f / largest / kind.factor);
        switch (kind.scales) {
            case F32 -> data.set(FLOAT, 4 * at, wanted);
            case F16 -> data.set(SHORT, 2 * at, Float.floatToFloat16(wanted));
            case BF16 -> data.set(SHORT, 2 * at, (short) (Float.floatToRawIntBits(wanted) >>> 16));
            default -> data.set(JAVA_BYTE, at, (byte) (0x20 + seed.below(0x18))); // 1/8 to 1
        }
        return switch (kind.scales) {
            case F32 -> data.get(FLOAT, 4 * at);
            case F16 -> Float.float16ToFloat(data.get(SHORT, 2 * at));
            case BF16 -> Float.intBitsToFloat(data.get(SHORT, 2 * at) << 16);
            default -> Seed.e4m3(data.get(JAVA_BYTE, at));
        };
    }

    private static MemorySegment zeroData(Kind kind, int along, int across) {
        if (kind.zeroPoints == DType.I8) {
            return odd((long) along * across);
        }
        int perWord = kind.zeroPoints == DType.I8_BIASED ? 4 : 8;
        return odd(4L * ceil(along, perWord) * across);
    }

    private static int zero(Kind kind, MemorySegment data, int a, int b, int across, Seed seed) {
        if (kind.zeroPoints == DType.I8) {
            int zero = seed.below(9) - 4;
            data.set(JAVA_BYTE, (long) a * across + b, (byte) zero);
            return zero;
        }
        int bits = kind.zeroPoints == DType.I8_BIASED ? 8 : 4;
        int perWord = 32 / bits;
        int stored = seed.below(1 << bits);
        long word = 4L * (a / perWord * across + b);
        data.set(INT, word, data.get(INT, word) | stored << bits * (a % perWord));
        return stored - (1 << (bits - 1));
    }

    private static MemorySegment codeData(Kind kind, int outputs, int inputs) {
        return switch (kind.codes) {
            case I4_BIASED -> odd(4L * outputs * ceil(inputs, 8));
            case I8_BIASED -> odd(4L * outputs * ceil(inputs, 4));
            case F4_E2M1 -> odd((long) outputs * ceil(inputs, 2));
            default -> odd((long) outputs * inputs);
        };
    }

    /** Sets one code and returns its value. */
    private static float code(
            Kind kind, MemorySegment data, int o, int i, int outputs, int inputs, Seed seed) {
        return switch (kind.codes) {
            case I8 -> {
                int code = seed.below(256) - 128;
                data.set(JAVA_BYTE, plain(kind, o, i, outputs, inputs), (byte) code);
                yield code;
            }
            case F8_E4M3 -> {
                byte code = (byte) (seed.below(2) << 7 | seed.below(0x38));
                data.set(JAVA_BYTE, plain(kind, o, i, outputs, inputs), code);
                yield Seed.e4m3(code);
            }
            case I8_BIASED -> {
                int stored = seed.below(256);
                long word = 4L * (o * (long) ceil(inputs, 4) + i / 4);
                data.set(INT, word, data.get(INT, word) | stored << 8 * (i % 4));
                yield stored - 128;
            }
            case I4_BIASED -> {
                int stored = seed.below(16);
                long word = 4L * (o * (long) ceil(inputs, 8) + i / 8);
                data.set(INT, word, data.get(INT, word) | stored << 4 * (i % 8));
                yield stored - 8;
            }
            case F4_E2M1 -> {
                int stored = seed.below(16);
                long at =
                        kind.order == Order.OUTPUT_MAJOR
                                ? o * (long) ceil(inputs, 2) + i / 2
                                : i / 2 * (long) outputs + o;
                data.set(JAVA_BYTE, at, (byte) (data.get(JAVA_BYTE, at) | stored << 4 * (i % 2)));
                yield stored < 8 ? E2M1[stored] : -E2M1[stored - 8];
            }
            default -> throw new IllegalArgumentException(kind.codes.toString());
        };
    }

    private static long plain(Kind kind, int o, int i, int outputs, int inputs) {
        return kind.order == Order.OUTPUT_MAJOR ? (long) o * inputs + i : (long) i * outputs + o;
    }
}
