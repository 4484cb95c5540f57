package dev.altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.Quantised.Kind;
import dev.altiplano.kernels.quantise.CodedStrip;
import dev.altiplano.kernels.quantise.Float4Codec;
import dev.altiplano.kernels.quantise.Float8Codec;
import dev.altiplano.kernels.quantise.IntegerCodec;
import dev.altiplano.kernels.quantise.WeightCodec;
import dev.altiplano.kernels.quantise.WeightStrip;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;

/** Weights become codes, and the matrix of these codes holds nearly the same weights. */
class WeightCodecTest {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final int ALL = Integer.MAX_VALUE;

    private final Arena arena = Arena.ofAuto();
    private final Seed seed = new Seed();

    static Stream<Kind> kinds() {
        return QuantisedLinearTest.kinds();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aStripHoldsTheWeightsOfEveryFormat(Kind kind) {
        Matrix m = Quantised.of(kind, 83, 600, seed).matrix();
        WeightStrip strip = new WeightStrip();

        strip.read(m, 0, 64);
        assertHolds(strip, m, 0);
        strip.read(m, 70, 13);
        assertHolds(strip, m, 70);
    }

    @Test
    void aStripHoldsPlainWeightsOfBothOrders() {
        WeightStrip strip = new WeightStrip();
        for (DType dtype : new DType[] {DType.F32, DType.F16, DType.BF16}) {
            for (Order order : Order.values()) {
                Matrix m = seed.matrix(dtype, order, 67, 1030);
                strip.read(m, 3, 64);
                assertHolds(strip, m, 3);
            }
        }
    }

    private void assertHolds(WeightStrip strip, Matrix m, int first) {
        for (int j = 0; j < strip.outputs(); j++) {
            for (int i = 0; i < m.inputs(); i++) {
                assertThat(strip.at(j, i))
                        .as("[%d, %d], %s", first + j, i, seed.hint())
                        .isEqualTo(m.weight(first + j, i));
            }
        }
    }

    static Stream<WeightCodec> codecs() {
        return Stream.of(
                new Float8Codec(DType.F32),
                new Float8Codec(DType.BF16),
                new IntegerCodec(DType.I8, ALL, DType.BF16),
                new IntegerCodec(DType.I8, ALL, DType.F32),
                new IntegerCodec(DType.I8_BIASED, 32, DType.BF16),
                new IntegerCodec(DType.I4_BIASED, 128, DType.BF16),
                new IntegerCodec(DType.I4_BIASED, 32, DType.F32),
                new IntegerCodec(DType.I4_BIASED, 4, DType.BF16),
                new IntegerCodec(DType.I4_BIASED, ALL, DType.BF16),
                Float4Codec.forLargest(3));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void codesStandForNearlyTheSameWeights(WeightCodec codec) {
        Matrix source = weights(64, 256);

        Matrix coded = encode(codec, source);

        for (int o = 0; o < 64; o++) {
            for (int i = 0; i < 256; i++) {
                assertThat(codec.isNear(source.weight(o, i), coded.weight(o, i), coded.scale(o, i)))
                        .as(
                                "[%d, %d] %s is now %s, scale %s, %s",
                                o,
                                i,
                                source.weight(o, i),
                                coded.weight(o, i),
                                coded.scale(o, i),
                                seed.hint())
                        .isTrue();
            }
        }
        // of weights with a bell-shaped distribution, as in the literature on each format
        double most =
                switch (codec.dtype()) {
                    case F8_E4M3 -> 0.03;
                    case I8, I8_BIASED -> 0.012;
                    case F4_E2M1 -> 0.1;
                    default -> 0.14;
                };
        assertThat(relativeError(source, coded)).as(seed.hint()).isBetween(0.001, most);
    }

    /** Bell-shaped, as weights are, with a few outliers. */
    private Matrix weights(int outputs, int inputs) {
        MemorySegment data = arena.allocate(4L * outputs * inputs);
        for (long i = 0; i < (long) outputs * inputs; i++) {
            float sum = 0;
            for (int k = 0; k < 6; k++) {
                sum += seed.next();
            }
            data.set(FLOAT, 4 * i, 0.03f * sum * (seed.below(500) == 0 ? 3 : 1));
        }
        return new Matrix(data, DType.F32, Order.OUTPUT_MAJOR, outputs, inputs);
    }

    private Matrix encode(WeightCodec codec, Matrix source) {
        int outputs = source.outputs();
        int inputs = source.inputs();
        WeightStrip strip = new WeightStrip();
        strip.read(source, 0, outputs);
        CodedStrip coded = new CodedStrip();
        codec.encode(strip, coded);
        int bits = codec.dtype().bits();
        long rowBytes =
                codec.dtype().isInWords() ? (inputs * bits + 31) / 32 * 4 : inputs * bits / 8;
        MemorySegment codes = arena.allocate(outputs * rowBytes);
        coded.writeCodes(codes, rowBytes);
        int group =
                switch (codec) {
                    case IntegerCodec(_, int size, _) -> Math.min(size, inputs);
                    case Float8Codec _ -> inputs;
                    case Float4Codec _ -> Float4Codec.GROUP;
                };
        int groups = (inputs + group - 1) / group;
        MemorySegment scales = arena.allocate((long) outputs * groups * codec.scaleType().bytes());
        coded.writeScales(scales);
        double factor = codec instanceof Float4Codec(float global) ? 1 / (double) global : 1;
        return new Matrix(
                codes,
                codec.dtype(),
                Order.OUTPUT_MAJOR,
                outputs,
                inputs,
                new Scales(scales, codec.scaleType(), 1, group, factor));
    }

    private static double relativeError(Matrix source, Matrix coded) {
        double errors = 0;
        double squares = 0;
        for (int o = 0; o < source.outputs(); o++) {
            for (int i = 0; i < source.inputs(); i++) {
                double weight = source.weight(o, i);
                squares += weight * weight;
                errors += Math.pow(weight - coded.weight(o, i), 2);
            }
        }
        return Math.sqrt(errors / squares);
    }

    @Test
    void searchedScalesAreBetterThanThoseOfTheLargestWeight() {
        Matrix source = weights(64, 512);
        for (int group : new int[] {32, 128}) {
            IntegerCodec codec = new IntegerCodec(DType.I4_BIASED, group, DType.F32);

            double searched = Math.pow(relativeError(source, encode(codec, source)), 2);

            // by 8 % or more of the squared error, whatever the weights: measured with 40 seeds
            assertThat(searched)
                    .as(seed.hint())
                    .isLessThan(0.92 * plainSquaredError(source, group));
        }
    }

    /** What amax / 7.5 costs, as a share of the squares. */
    private static double plainSquaredError(Matrix source, int group) {
        double errors = 0;
        double squares = 0;
        for (int o = 0; o < source.outputs(); o++) {
            for (int from = 0; from < source.inputs(); from += group) {
                float largest = 0;
                for (int i = from; i < from + group; i++) {
                    largest = Math.max(largest, Math.abs(source.weight(o, i)));
                }
                double scale = largest / 7.5;
                for (int i = from; i < from + group; i++) {
                    double weight = source.weight(o, i);
                    double code = Math.clamp(Math.rint(weight / scale), -8.0, 7.0);
                    squares += weight * weight;
                    errors += Math.pow(weight - code * scale, 2);
                }
            }
        }
        return errors / squares;
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void zerosStayZeros(WeightCodec codec) {
        MemorySegment zeros = arena.allocate(4L * 5 * 32);
        Matrix source = new Matrix(zeros, DType.F32, Order.OUTPUT_MAJOR, 5, 32);

        Matrix coded = encode(codec, source);

        for (int o = 0; o < 5; o++) {
            for (int i = 0; i < 32; i++) {
                assertThat(coded.weight(o, i)).isZero();
                assertThat(coded.scale(o, i)).isPositive().isFinite();
            }
        }
    }

    /** Squares of their errors are no finite numbers. */
    @ParameterizedTest
    @MethodSource("codecs")
    void hugeWeightsAreEncodedToo(WeightCodec codec) {
        Matrix source = weights(5, 32);
        for (int i = 0; i < 5 * 32; i++) {
            source.data().set(FLOAT, 4L * i, 1e31f * source.data().get(FLOAT, 4L * i));
        }
        WeightCodec fitting =
                codec instanceof Float4Codec ? Float4Codec.forLargest(largest(source)) : codec;

        Matrix coded = encode(fitting, source);

        assertThat(coded.weight(3, 17) / source.weight(3, 17)).isBetween(-1f, 2f);
        assertThat(coded.scale(3, 17)).isGreaterThan(1e20f);
    }

    private static float largest(Matrix source) {
        float largest = 0;
        for (int o = 0; o < source.outputs(); o++) {
            for (int i = 0; i < source.inputs(); i++) {
                largest = Math.max(largest, Math.abs(source.weight(o, i)));
            }
        }
        return largest;
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void whatNoCodeCanStandForIsRefused(WeightCodec codec) {
        for (float wrong : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
            Matrix source = weights(7, 64);
            source.data().set(FLOAT, 4 * (3 * 64 + 17), wrong);

            assertThatThrownBy(() -> encode(codec, source))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a weight of output 3 of this strip is NaN or infinite");
        }
    }

    @Test
    void fourBitFloatsComeInWholeGroups() {
        assertThatThrownBy(() -> encode(Float4Codec.forLargest(1), weights(4, 24)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("24 inputs, expected a multiple of 16");
    }

    @Test
    void plainWeightsAreTurnedExactly() {
        WeightStrip strip = new WeightStrip();
        for (DType dtype : new DType[] {DType.F32, DType.F16, DType.BF16}) {
            Matrix m = seed.matrix(dtype, Order.INPUT_MAJOR, 9, 40);
            MemorySegment out = arena.allocate(9L * 40 * dtype.bytes());

            strip.read(m, 0, 9);
            strip.write(dtype, out);

            Matrix turned = new Matrix(out, dtype, Order.OUTPUT_MAJOR, 9, 40);
            for (int o = 0; o < 9; o++) {
                for (int i = 0; i < 40; i++) {
                    assertThat(turned.weight(o, i)).isEqualTo(m.weight(o, i));
                }
            }
        }
    }
}
