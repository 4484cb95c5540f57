package dev.altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;

class LinearTest {
    private static final int[] SIZES = {1, 2, 7, 8, 15, 16, 17, 31, 33, 63, 127, 207, 1000};
    private static final int[] COUNTS = {1, 2, 3, 5, 8, 16, 17, 33, 130};

    private final Seed seed = new Seed();

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F16", "BF16", "F8_E4M3"})
    void equalsTheSumOfProductsAtEveryNumberOfInputs(DType dtype) {
        for (Order order : Order.values()) {
            for (int inputs : SIZES) {
                check(seed.matrix(dtype, order, 37, inputs), 1);
                check(seed.matrix(dtype, order, 37, inputs), 5);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F16", "BF16", "F8_E4M3"})
    void equalsTheSumOfProductsAtEveryNumberOfOutputs(DType dtype) {
        for (Order order : Order.values()) {
            for (int outputs : SIZES) {
                check(seed.matrix(dtype, order, outputs, 45), 1);
                check(seed.matrix(dtype, order, outputs, 45), 6);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F16", "BF16", "F8_E4M3"})
    void equalsTheSumOfProductsAtEveryNumberOfRows(DType dtype) {
        for (Order order : Order.values()) {
            for (int count : COUNTS) {
                check(seed.matrix(dtype, order, 77, 1100), count);
            }
        }
    }

    /** Compares with sums in double precision. */
    private void check(Matrix m, int count) {
        Rows x = seed.rows(count, m.inputs());
        Rows y = multiply(2, m, x, m.outputs() + 3, 2);

        for (int r = 0; r < count; r++) {
            for (int o = 0; o < m.outputs(); o++) {
                double sum = 0;
                for (int i = 0; i < m.inputs(); i++) {
                    sum += (double) Seed.weight(m, o, i) * x.data()[x.offset(r) + i];
                }
                // partial sums stay below 64 or so, whose half ulp is 4e-6; roundings wander
                assertThat((double) y.data()[y.offset(r) + 2 + o])
                        .as(
                                "%s %s [%d, %d], row %d of %d, output %d, %s",
                                m.dtype(),
                                m.order(),
                                m.outputs(),
                                m.inputs(),
                                r,
                                count,
                                o,
                                seed.hint())
                        .isCloseTo(sum, within(4e-6 * Math.sqrt(m.inputs())));
            }
            assertThat(y.data()[y.offset(r) + 1]).as("column before").isEqualTo(9);
            assertThat(y.data()[y.offset(r) + 2 + m.outputs()]).as("column behind").isEqualTo(9);
        }
    }

    private static Rows multiply(int threads, Matrix m, Rows x, int width, int column) {
        Rows y = Rows.of(x.count(), width);
        Arrays.fill(y.data(), 9);
        try (Workers workers = new Workers(threads)) {
            workers.run(w -> {
                Linear.pack(w, x);
                w.await();
                Linear.multiply(w, m, x, y, column);
            });
        }
        return y;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 530})
    void givesTheSameBitsOnAnyNumberOfThreads(int outputs) {
        for (Order order : Order.values()) {
            for (int count : new int[] {1, 2, 19, 40}) {
                Matrix m = seed.matrix(DType.BF16, order, outputs, 1031);
                Rows x = seed.rows(count, 1031);

                float[] one = multiply(1, m, x, outputs, 0).data();

                assertThat(multiply(2, m, x, outputs, 0).data()).as(seed.hint()).isEqualTo(one);
                assertThat(multiply(3, m, x, outputs, 0).data()).as(seed.hint()).isEqualTo(one);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F16", "BF16"})
    void givesRowsOfABlockTheBitsOfOneWhereDotProductsAreFaster(DType dtype) {
        Matrix m = seed.matrix(dtype, Order.OUTPUT_MAJOR, 75, 1031);
        int most = dtype == DType.F16 ? MatVec.MOST_CODED_ROWS : MatVec.MOST_ROWS;
        Rows alone = seed.rows(most, 1031);

        float[] block = multiply(2, m, block(alone), 75, 0).data();

        for (int row = 0; row < most; row++) {
            assertThat(Arrays.copyOfRange(block, row * 75, (row + 1) * 75))
                    .as("row %d, %s", row, seed.hint())
                    .isEqualTo(multiply(1, m, alone.part(row, 1), 75, 0).data());
        }
    }

    /** F16 has no dot products of several rows, so that tiles are faster from a few on. */
    @Test
    void givesMoreRowsOfAnF16BlockTheBitsOfMany() {
        Matrix m = seed.matrix(DType.F16, Order.OUTPUT_MAJOR, 75, 1031);
        Rows x = block(seed.rows(40, 1031));
        float[] many = multiply(2, m, x, 75, 0).data();

        for (int count : new int[] {9, 16, 17, 31}) {
            int first = 40 - count;
            assertThat(multiply(2, m, x.part(first, count), 75, 0).data())
                    .as("%d rows, %s", count, seed.hint())
                    .isEqualTo(Arrays.copyOfRange(many, first * 75, 40 * 75));
        }
    }

    private static Rows block(Rows rows) {
        Rows block = Rows.ofBlock(rows.count(), rows.width());
        System.arraycopy(rows.data(), 0, block.data(), 0, block.data().length);
        return block;
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void givesARowTheSameBitsWhateverTheOtherRowsOfALargeBlock(Order order) {
        Matrix m = seed.matrix(DType.BF16, order, 75, 1031);
        Rows x = seed.rows(70, 1031);
        float[] all = multiply(2, m, x, 75, 0).data();

        for (int count : new int[] {33, 34, 45, 48, 63, 64}) {
            Rows y = multiply(2, m, x.part(70 - count, count), 75, 0);

            assertThat(y.data())
                    .as("%d rows, %s", count, seed.hint())
                    .isEqualTo(Arrays.copyOfRange(all, (70 - count) * 75, 70 * 75));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "OUTPUT_MAJOR, 512",
        "OUTPUT_MAJOR, 513",
        "OUTPUT_MAJOR, 1100",
        "INPUT_MAJOR, 512",
        "INPUT_MAJOR, 513",
        "INPUT_MAJOR, 1100"
    })
    void givesRowsTheSameBitsAmongMoreThanACacheHolds(Order order, int count) {
        Matrix m = seed.matrix(DType.BF16, order, 75, 1031);
        Rows x = seed.rows(count, 1031);
        float[] all = multiply(2, m, x, 75, 0).data();

        for (int from : new int[] {0, 500 - 40, count - 40}) {
            assertThat(multiply(2, m, x.part(from, 40), 75, 0).data())
                    .as("rows from %d on, %s", from, seed.hint())
                    .isEqualTo(Arrays.copyOfRange(all, from * 75, (from + 40) * 75));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F16", "BF16", "F8_E4M3"})
    void givesARowOfAFewTheSameBitsAsAlone(DType dtype) {
        Matrix m = seed.matrix(dtype, Order.OUTPUT_MAJOR, 75, 1031);
        Rows x = seed.rows(MatVec.MOST_ROWS, 1031);
        for (int count = 2; count <= MatVec.MOST_ROWS; count += 1 + count / 4) {
            Rows part = x.part(x.count() - count, count);
            float[] together = multiply(2, m, part, 75, 0).data();

            for (int r = 0; r < count; r++) {
                Rows alone = multiply(1, m, x.part(x.count() - count + r, 1), 75, 0);
                assertThat(Arrays.copyOfRange(together, r * 75, (r + 1) * 75))
                        .as("row %d of %d, %s", r, count, seed.hint())
                        .isEqualTo(alone.data());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1000,1000", "1,1000", "1000,1", "128,128", "16,64", "3,7", "1,16"})
    void multipliesCodesByTheScaleOfTheirBlock(int outputBlock, int inputBlock) {
        for (Order order : Order.values()) {
            for (int inputs : new int[] {64, 200, 1000}) {
                for (int count : new int[] {1, 5, 40}) {
                    check(seed.scaled(order, 150, inputs, outputBlock, inputBlock), count);
                }
            }
        }
    }

    @Test
    void takesEveryFp8Code() {
        Matrix m = Seed.codes();
        Rows x = seed.rows(1, m.inputs());

        Rows y = multiply(1, m, x, 256, 0);

        for (int code = 0; code < 256; code++) {
            double sum = 0;
            for (int i = 0; i < m.inputs(); i++) {
                sum += (double) Seed.e4m3((byte) code) * x.data()[i];
            }
            // terms up to 448, 160 of them
            if ((code & 0x7F) != 0x7F) {
                assertThat((double) y.data()[code])
                        .as("code %d", code)
                        .isCloseTo(sum, within(1e-2));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F16", "BF16", "F8_E4M3"})
    void givesARowOfInputMajorWeightsTheSameBitsAsAlone(DType dtype) {
        Matrix m = seed.matrix(dtype, Order.INPUT_MAJOR, 75, 1031);
        Rows x = seed.rows(20, 1031);
        for (int count = 2; count <= 20; count++) { // by sums up to 16, then by panels
            Rows part = x.part(20 - count, count);
            float[] together = multiply(2, m, part, 75, 0).data();

            for (int r = 0; r < count; r++) {
                Rows alone = multiply(1, m, x.part(20 - count + r, 1), 75, 0);
                assertThat(Arrays.copyOfRange(together, r * 75, (r + 1) * 75))
                        .as("row %d of %d, %s", r, count, seed.hint())
                        .isEqualTo(alone.data());
            }
        }
    }

    /** Few rows meet bands so wide that sums over 512 inputs come in pieces. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F16", "BF16", "F8_E4M3"})
    void givesARowTheSameBitsInAWideBandOfInputMajorWeights(DType dtype) {
        Matrix m = seed.matrix(dtype, Order.INPUT_MAJOR, 2099, 1031);
        for (int count : new int[] {18, 41}) {
            Rows x = seed.rows(count, 1031);
            float[] together = multiply(1, m, x, 2099, 0).data();

            for (int r : new int[] {0, 11, count - 1}) {
                assertThat(Arrays.copyOfRange(together, r * 2099, (r + 1) * 2099))
                        .as("row %d of %d, %s", r, count, seed.hint())
                        .isEqualTo(multiply(1, m, x.part(r, 1), 2099, 0).data());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 16, 17, 45, 70})
    void sharesALargeInputMajorMatrixOut(int count) {
        Matrix m = seed.matrix(DType.BF16, Order.INPUT_MAJOR, 4101, 1037);
        Rows x = seed.rows(count, 1037);
        float[] one = multiply(1, m, x, 4101, 0).data();

        check(m, count);
        for (int threads = 2; threads <= 4; threads++) {
            assertThat(multiply(threads, m, x, 4101, 0).data())
                    .as("%d threads, %s", threads, seed.hint())
                    .isEqualTo(one);
        }
        Rows last = multiply(2, m, x.part(count - 1, 1), 4101, 0);
        assertThat(last.data())
                .as("alone, %s", seed.hint())
                .isEqualTo(Arrays.copyOfRange(one, (count - 1) * 4101, count * 4101));
    }

    @Test
    void packsNeighbouringPartsApart() {
        Matrix m = seed.matrix(DType.BF16, Order.OUTPUT_MAJOR, 20, 60);
        Rows x = seed.rows(50, 60);
        Rows y = Rows.of(50, 20);
        int[] cuts = {0, 3, 4, 24, 50};
        Rows[] parts = new Rows[4];
        Rows[] results = new Rows[4];
        for (int i = 0; i < 4; i++) {
            parts[i] = x.part(cuts[i], cuts[i + 1] - cuts[i]);
            results[i] = y.part(cuts[i], cuts[i + 1] - cuts[i]);
        }

        try (Workers workers = new Workers(2)) {
            workers.run(w -> {
                for (Rows part : parts) {
                    Linear.pack(w, part);
                }
                w.await();
                for (int i = 0; i < 4; i++) {
                    Linear.multiply(w, m, parts[i], results[i]);
                }
            });
        }

        for (int i : new int[] {0, 2, 3}) { // the part of one row has other bits
            float[] alone = multiply(1, m, parts[i], 20, 0).data();
            assertThat(Arrays.copyOfRange(y.data(), cuts[i] * 20, cuts[i + 1] * 20))
                    .isEqualTo(alone);
        }
    }

    @Test
    void namesSizesThatDoNotFit() {
        Matrix m = seed.matrix(DType.F32, Order.OUTPUT_MAJOR, 4, 6);

        assertThatThrownBy(() -> multiply(1, m, Rows.of(2, 5), 4, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("W has 4 outputs and 6 inputs, x is [2, 5], y is [2, 4], column is 0");
        assertThatThrownBy(() -> multiply(1, m, Rows.of(2, 6), 4, 1))
                .hasMessageContaining("column is 1");
    }
}
