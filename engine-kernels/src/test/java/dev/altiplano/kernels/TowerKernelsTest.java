package dev.altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.altiplano.kernels.internal.Erf;
import dev.altiplano.kernels.internal.KernelSets;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an image tower needs beside a text model, against its formulas in double precision. */
class TowerKernelsTest {
    private final Seed seed = new Seed();
    private final Workers workers = new Workers(2);

    @AfterEach
    void endThreads() {
        workers.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 15, 16, 17, 31, 33, 63, 127, 207, 1000, 1408})
    void normalisesByMeanAndVariance(int width) {
        for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
            Matrix gain = seed.matrix(dtype, Order.OUTPUT_MAJOR, 1, width);
            Matrix offset = seed.matrix(dtype, Order.OUTPUT_MAJOR, 1, width);
            Rows x = seed.rows(3, width);
            for (int i = 0; i < x.data().length; i++) {
                x.data()[i] += 3; // a mean far from zero
            }
            Rows out = Rows.of(3, width);

            workers.run(w -> LayerNorm.apply(w, x, gain, offset, 1e-5f, out));

            for (int r = 0; r < 3; r++) {
                assertNormalised(x, r, gain, offset, out);
            }
            workers.run(w -> LayerNorm.apply(w, x, gain, offset, 1e-5f, x));
            assertThat(x.data()).isEqualTo(out.data());
        }
    }

    private void assertNormalised(Rows x, int r, Matrix gain, Matrix offset, Rows out) {
        int n = x.width();
        double mean = 0;
        double variance = 0;
        for (int i = 0; i < n; i++) {
            mean += x.data()[x.offset(r) + i] / (double) n;
        }
        for (int i = 0; i < n; i++) {
            double distance = x.data()[x.offset(r) + i] - mean;
            variance += distance * distance / n;
        }
        for (int i = 0; i < n; i++) {
            double distance = x.data()[x.offset(r) + i] - mean;
            double scaled = distance / Math.sqrt(variance + 1e-5) * Seed.weight(gain, 0, i);
            // the mean of numbers near 3 is off by some 1e-7, which a small variance enlarges
            assertThat((double) out.data()[out.offset(r) + i])
                    .as(seed.hint())
                    .isCloseTo(scaled + Seed.weight(offset, 0, i), within(2e-4));
        }
    }

    @Test
    void refusesNormsThatDoNotFit() {
        Rows x = Rows.of(2, 8);
        Matrix eight = seed.matrix(DType.F32, Order.OUTPUT_MAJOR, 1, 8);
        Matrix nine = seed.matrix(DType.F32, Order.OUTPUT_MAJOR, 1, 9);

        assertThatThrownBy(() -> workers.run(w -> LayerNorm.apply(w, x, eight, nine, 0, x)))
                .hasMessage("x is [2, 8], offset has 1 outputs and 9 inputs");
        assertThatThrownBy(() -> workers.run(w -> Gelu.apply(w, x, nine)))
                .hasMessage("x is [2, 8], the bias has 1 outputs and 9 inputs");
        assertThatThrownBy(() ->
                        workers.run(w -> LayerNorm.apply(w, x, eight, eight, 0, Rows.of(1, 8))))
                .hasMessage("x is [2, 8], out is [1, 8]");
    }

    @Test
    void theErrorFunctionIsRightEverywhere() {
        for (float x = -10; x < 10; x += 1f / 1024) {
            double expected = 0.5 * x * (1 + erf(x / Math.sqrt(2)));

            assertThat((double) Erf.gelu(x))
                    .as("gelu(%s)", x)
                    .isCloseTo(expected, within(2.5e-7 * Math.max(1, Math.abs(x))));
        }
        assertThat(Erf.gelu(1e30f)).isEqualTo(1e30f);
        assertThat(Erf.gelu(-1e30f)).isZero();
        assertThat(Erf.gelu(Float.NaN)).isNaN();
    }

    /** By its power series, and by its continued fraction where that is too long. */
    private static double erf(double x) {
        double a = Math.abs(x);
        if (a > 3) {
            double fraction = 0;
            for (int k = 60; k > 0; k--) {
                fraction = k / 2.0 / (a + fraction);
            }
            return Math.copySign(1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction), x);
        }
        double sum = 0;
        double term = x;
        for (int n = 0; n < 80; n++) {
            sum += term / (2 * n + 1);
            term *= -x * x / (n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 31, 64, 100, 2049, 5632})
    void vectorAndScalarGeluAreTheSameBits(int width) {
        Matrix bias = seed.matrix(DType.BF16, Order.OUTPUT_MAJOR, 1, width);
        Rows x = seed.rows(2, width);
        float[] expected = new float[2 * width];
        for (int i = 0; i < 2 * width; i++) {
            x.data()[i] *= 6;
            expected[i] = Erf.gelu(x.data()[i] + Seed.weight(bias, 0, i % width));
        }

        workers.run(w -> Gelu.apply(w, x, bias));

        assertThat(x.data()).as(seed.hint()).isEqualTo(expected);
    }

    @Test
    void turnsPairsByColumnAndRow() {
        float[] frequencies = {1, 0.1f, 0.01f};
        GridRope rope = new GridRope(frequencies, 5);
        Rows x = seed.rows(2 * 26, 2 * 12);
        float[] before = x.data().clone();

        workers.run(w -> rope.rotate(w, x));

        for (int r = 0; r < x.count(); r++) {
            int token = r % 26;
            for (int pair = 0; pair < 12; pair++) {
                boolean byColumn = pair % 6 < 3;
                int step = byColumn ? token % 5 + 1 : token / 5 + 1;
                double angle = token == 25 ? 0 : step * frequencies[pair % 3];
                int at = x.offset(r) + 2 * pair;
                double a = before[at] * Math.cos(angle) - before[at + 1] * Math.sin(angle);
                double b = before[at] * Math.sin(angle) + before[at + 1] * Math.cos(angle);
                assertThat((double) x.data()[at]).isCloseTo(a, within(1e-6));
                assertThat((double) x.data()[at + 1]).isCloseTo(b, within(1e-6));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 4",
        "2, 17, 2, 16",
        "1, 37, 2, 16",
        "3, 50, 3, 5",
        "1, 577, 1, 88",
        "2, 513, 2, 20",
        "1, 512, 1, 8",
        "1, 1100, 1, 3"
    })
    void attendsToEveryRowOfItsBlock(int blocks, int tokens, int heads, int headDim) {
        Rows q = seed.rows(blocks * tokens, heads * headDim);
        Rows k = seed.rows(blocks * tokens, heads * headDim);
        Rows v = seed.rows(blocks * tokens, heads * headDim);
        for (int i = 0; i < q.data().length; i++) {
            q.data()[i] *= 5; // some weights near one
        }
        Rows out = Rows.of(blocks * tokens, heads * headDim);
        FullAttention attention = new FullAttention(tokens, heads, headDim);

        workers.run(w -> attention.attend(w, q, k, v, out));

        for (int row = 0; row < q.count(); row += 1 + q.count() / 50) {
            for (int h = 0; h < heads; h++) {
                double[] expected = attend(q, k, v, row, tokens, h * headDim, headDim);
                for (int d = 0; d < headDim; d++) {
                    assertThat((double) out.data()[out.offset(row) + h * headDim + d])
                            .as("row %d, head %d, %s", row, h, seed.hint())
                            .isCloseTo(expected[d], within(3e-6));
                }
            }
        }
    }

    private static double[] attend(
            Rows q, Rows k, Rows v, int row, int tokens, int column, int headDim) {
        double[] sums = new double[headDim];
        double total = 0;
        int first = row / tokens * tokens;
        for (int t = first; t < first + tokens; t++) {
            double score = 0;
            for (int d = 0; d < headDim; d++) {
                score +=
                        (double) q.data()[q.offset(row) + column + d]
                                * k.data()[k.offset(t) + column + d];
            }
            double weight = Math.exp(score / Math.sqrt(headDim));
            total += weight;
            for (int d = 0; d < headDim; d++) {
                sums[d] += weight * v.data()[v.offset(t) + column + d];
            }
        }
        for (int d = 0; d < headDim; d++) {
            sums[d] /= total;
        }
        return sums;
    }

    @Test
    void threadsChangeNoBitOfAttention() {
        Rows q = seed.rows(2 * 90, 24);
        Rows two = Rows.of(2 * 90, 24);
        Rows one = Rows.of(2 * 90, 24);
        FullAttention attention = new FullAttention(90, 2, 12);

        workers.run(w -> attention.attend(w, q, q, q, two));
        try (Workers alone = new Workers(1)) {
            alone.run(w -> attention.attend(w, q, q, q, one));
        }

        assertThat(two.data()).as(seed.hint()).isEqualTo(one.data());
    }

    @Test
    void refusesAttentionThatDoesNotFit() {
        FullAttention attention = new FullAttention(5, 2, 4);
        Rows fits = Rows.of(10, 8);
        Rows tooFew = Rows.of(9, 8);

        assertThatThrownBy(
                        () -> workers.run(w -> attention.attend(w, tooFew, tooFew, tooFew, tooFew)))
                .hasMessage(
                        "rows are [9, 8], expected blocks of 5 rows with 2 heads of 4 elements");
        assertThatThrownBy(() -> workers.run(w -> attention.attend(w, fits, fits, fits, tooFew)))
                .hasMessageStartingWith("rows are [9, 8]");
        assertThatThrownBy(() -> new FullAttention(5, 2, 513))
                .hasMessageContaining("expected heads of 1 to 512");
        assertThat(KernelSets.BEST.lanes()).isPositive();
    }
}
