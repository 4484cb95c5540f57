package dev.altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/** Normalisation, rotation, activation and sums against their formulas in double precision. */
class RowKernelsTest {
    private final Seed seed = new Seed();
    private final Workers workers = new Workers(2);

    @AfterEach
    void endThreads() {
        workers.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 15, 16, 17, 31, 33, 63, 127, 207, 1000})
    void normalisesByTheRootMeanSquare(int width) {
        for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
            Matrix weight = seed.matrix(dtype, Order.OUTPUT_MAJOR, 1, width);
            Rows x = seed.rows(3, width);
            Rows out = Rows.of(3, width);

            workers.run(w -> RmsNorm.apply(w, x, weight, 1e-5f, out));

            for (int r = 0; r < 3; r++) {
                double factor = factor(x, x.offset(r), width);
                for (int i = 0; i < width; i++) {
                    double expected =
                            x.data()[x.offset(r) + i] * factor * Seed.weight(weight, 0, i);
                    // a few roundings of half an ulp each, and the sum of squares
                    assertThat((double) out.data()[out.offset(r) + i])
                            .as(seed.hint())
                            .isCloseTo(expected, within(1e-6 * Math.abs(expected) + 1e-12));
                }
            }
        }
    }

    @Test
    void normalisesInPlace() {
        Matrix weight = seed.matrix(DType.F32, Order.OUTPUT_MAJOR, 1, 100);
        Rows x = seed.rows(2, 100);
        Rows out = Rows.of(2, 100);
        workers.run(w -> RmsNorm.apply(w, x, weight, 1e-5f, out));

        workers.run(w -> RmsNorm.apply(w, x, weight, 1e-5f, x));

        assertThat(x.data()).isEqualTo(out.data());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 8, 20, 128})
    void normalisesEachHead(int headDim) {
        Rows x = seed.rows(2, 3 * headDim);
        double[] expected = new double[x.data().length];
        for (int h = 0; h < expected.length; h += headDim) {
            double factor = factor(x, h, headDim);
            for (int i = h; i < h + headDim; i++) {
                expected[i] = x.data()[i] * factor;
            }
        }

        workers.run(w -> RmsNorm.heads(w, x, headDim, 1e-5f));

        for (int i = 0; i < expected.length; i++) {
            assertThat((double) x.data()[i])
                    .as(seed.hint())
                    .isCloseTo(expected[i], within(1e-6 * Math.abs(expected[i]) + 1e-12));
        }
    }

    private static double factor(Rows x, int from, int count) {
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += (double) x.data()[i] * x.data()[i];
        }
        return 1 / Math.sqrt(sum / count + 1e-5f);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 8, 20, 128})
    void rotatesPairsByPositionTimesFrequency(int headDim) {
        float[] frequencies = new float[headDim / 2];
        for (int j = 0; j < frequencies.length; j++) {
            frequencies[j] = (float) Math.pow(500_000, -2.0 * j / headDim);
        }
        Rope rope = new Rope(frequencies, 4);
        Rows x = seed.rows(3, 2 * headDim);
        float[] before = x.data().clone();

        workers.run(w -> {
            rope.prepare(w, 70_001, 3);
            w.await();
            rope.rotate(w, x, headDim);
        });

        for (int i = 0; i < before.length; i += 2) {
            float position = 70_001 + i / (2 * headDim);
            double angle =
                    position * frequencies[i % headDim / 2]; // an FP32 product, as in the source
            double a = before[i] * Math.cos(angle) - before[i + 1] * Math.sin(angle);
            double b = before[i] * Math.sin(angle) + before[i + 1] * Math.cos(angle);
            assertThat((double) x.data()[i]).as(seed.hint()).isCloseTo(a, within(2.5e-7));
            assertThat((double) x.data()[i + 1]).as(seed.hint()).isCloseTo(b, within(2.5e-7));
        }
    }

    @Test
    void leavesRowsAtPositionZeroAsTheyAre() {
        Rope rope = new Rope(new float[] {1, 0.1f}, 1);
        Rows x = seed.rows(1, 8);
        float[] before = x.data().clone();

        workers.run(w -> {
            rope.prepare(w, 0, 1);
            w.await();
            rope.rotate(w, x, 4);
        });

        assertThat(x.data()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 15, 16, 17, 31, 33, 44, 127, 207, 5000})
    void multipliesUpBySiluOfGate(int width) {
        Rows gateUp = seed.rows(2, 2 * width);
        for (int i = 0; i < gateUp.data().length; i++) {
            gateUp.data()[i] *= 30;
        }
        Rows out = Rows.of(2, width);

        workers.run(w -> SwiGlu.apply(w, gateUp, out));

        for (int r = 0; r < 2; r++) {
            for (int i = 0; i < width; i++) {
                double g = gateUp.data()[gateUp.offset(r) + i];
                double expected =
                        g / (1 + Math.exp(-g)) * gateUp.data()[gateUp.offset(r) + width + i];
                assertThat((double) out.data()[out.offset(r) + i]) // at most 4 ulp
                        .as("gate %s, %s", g, seed.hint())
                        .isCloseTo(expected, within(4.8e-7 * Math.abs(expected) + 1e-30));
            }
        }
    }

    @Test
    void siluOfExtremeGatesIsFiniteOrNaN() {
        float[] gates = {1e30f, 100, -100, -1e30f, Float.NaN, 0, Float.NEGATIVE_INFINITY};
        Rows gateUp = Rows.of(1, 2 * gates.length);
        System.arraycopy(gates, 0, gateUp.data(), 0, gates.length);
        java.util.Arrays.fill(gateUp.data(), gates.length, 2 * gates.length, 1f);
        Rows out = Rows.of(1, gates.length);

        workers.run(w -> SwiGlu.apply(w, gateUp, out));

        assertThat(out.data()[0]).isEqualTo(1e30f);
        assertThat(out.data()[1]).isEqualTo(100f);
        assertThat(out.data()[2]).isCloseTo(0, within(1e-35f));
        assertThat(Math.abs(out.data()[3])).isLessThan(1e-7f);
        assertThat(out.data()[4]).isNaN();
        assertThat(out.data()[5]).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 16, 33, 1000})
    void addsAndScales(int width) {
        Rows x = seed.rows(3, width);
        Rows delta = seed.rows(3, width);
        Matrix bias = seed.matrix(DType.BF16, Order.OUTPUT_MAJOR, 1, width);
        float[] factors = {2, -0.5f, 3};
        float[] before = x.data().clone();

        workers.run(w -> {
            Elementwise.add(w, x, delta);
            w.await();
            Elementwise.addBias(w, x, bias);
            w.await();
            Elementwise.scale(w, x, factors);
        });

        for (int i = 0; i < before.length; i++) {
            float sum = before[i] + delta.data()[i] + Seed.weight(bias, 0, i % width);
            assertThat(x.data()[i]).as(seed.hint()).isEqualTo(sum * factors[i / width]);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F16", "BF16", "F8_E4M3"})
    void readsEmbeddingRowsExactly(DType dtype) {
        Matrix table = seed.matrix(dtype, Order.OUTPUT_MAJOR, 5, 37);
        float[] out = new float[40];

        Embedding.row(table, 3, out, 2);

        for (int i = 0; i < 37; i++) {
            assertThat(out[2 + i]).isEqualTo(Seed.weight(table, 3, i));
        }
        assertThat(out[1]).isZero();
        assertThat(out[39]).isZero();
        assertThatThrownBy(() -> Embedding.row(table, 5, out, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @MethodSource("dev.altiplano.kernels.QuantisedLinearTest#kinds")
    void readsRowsOfQuantisedEmbeddingsExactly(Quantised.Kind kind) {
        assumeTrue(kind.order() == Order.OUTPUT_MAJOR);
        Quantised table = Quantised.of(kind, 5, 37, seed);
        float[] out = new float[37];

        Embedding.row(table.matrix(), 3, out, 0);

        for (int i = 0; i < 37; i++) {
            assertThat(out[i]).as(seed.hint()).isEqualTo(table.value(3, i));
        }
    }

    @Test
    void namesSizesThatDoNotFit() {
        Matrix weight = seed.matrix(DType.F32, Order.OUTPUT_MAJOR, 1, 6);
        Rows x = Rows.of(2, 5);

        assertThatThrownBy(() -> workers.run(w -> RmsNorm.apply(w, x, weight, 0, x)))
                .hasMessage("x is [2, 5], out is [2, 5], weight has 1 outputs and 6 inputs");
        assertThatThrownBy(() -> workers.run(w -> RmsNorm.heads(w, x, 2, 0)))
                .hasMessage("a row of 5 elements is not a number of heads of 2");
        assertThatThrownBy(() -> workers.run(w -> SwiGlu.apply(w, x, x)))
                .hasMessage("gate and up are [2, 5], out is [2, 5]");
        assertThatThrownBy(() -> workers.run(w -> Elementwise.add(w, x, Rows.of(1, 5))))
                .hasMessage("x is [2, 5], delta is [1, 5]");
        assertThatThrownBy(() -> workers.run(w -> Elementwise.addBias(w, x, weight)))
                .hasMessage("x is [2, 5], the bias has 1 outputs and 6 inputs");
        assertThatThrownBy(() -> workers.run(w -> Elementwise.scale(w, x, new float[1])))
                .hasMessage("1 factors for 2 rows");
        assertThatThrownBy(() -> workers.run(w -> new Rope(new float[1], 1).rotate(w, x, 2)))
                .hasMessage(
                        "x is [2, 5], heads have 2 elements; there are 1 frequencies and 1"
                                + " positions");
    }
}
