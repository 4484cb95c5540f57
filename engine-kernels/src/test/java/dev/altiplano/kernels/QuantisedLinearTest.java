package dev.altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.altiplano.kernels.Quantised.Kind;
import dev.altiplano.kernels.internal.InputOrder;
import dev.altiplano.kernels.internal.KernelSets;
import dev.altiplano.kernels.internal.TileOperands;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Every way in which published checkpoints store quantised weights, at awkward sizes. */
class QuantisedLinearTest {
    private static final int ALL = Integer.MAX_VALUE;
    private static final int[] SIZES = {1, 2, 7, 8, 16, 17, 33, 64, 129, 256, 384, 517, 1000};
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Seed seed = new Seed();

    static Stream<Kind> kinds() {
        return Stream.of(
                Kind.of(DType.F8_E4M3, DType.F32, ALL, ALL),
                Kind.of(DType.F8_E4M3, DType.BF16, 1, ALL),
                Kind.of(DType.F8_E4M3, DType.F16, 1, ALL),
                Kind.of(DType.F8_E4M3, DType.F32, 128, 128),
                Kind.of(DType.F8_E4M3, DType.F32, ALL, ALL).inputMajor(),
                Kind.of(DType.F8_E4M3, DType.F32, 1, ALL).inputMajor(),
                Kind.of(DType.I8, DType.F32, ALL, ALL),
                Kind.of(DType.I8, DType.BF16, 1, ALL),
                Kind.of(DType.I8, DType.BF16, 1, ALL).zeroPoints(DType.I8),
                Kind.of(DType.I8, DType.F32, 1, 128),
                Kind.of(DType.I8, DType.F32, 1, ALL).inputMajor(),
                Kind.of(DType.I8_BIASED, DType.BF16, 1, ALL),
                Kind.of(DType.I8_BIASED, DType.F16, 1, 128),
                Kind.of(DType.I8_BIASED, DType.BF16, 1, 32).zeroPoints(DType.I8_BIASED),
                Kind.of(DType.I4_BIASED, DType.BF16, 1, 128),
                Kind.of(DType.I4_BIASED, DType.F32, 1, 32),
                Kind.of(DType.I4_BIASED, DType.F16, 1, 64),
                Kind.of(DType.I4_BIASED, DType.BF16, 1, 24),
                Kind.of(DType.I4_BIASED, DType.BF16, 1, ALL),
                Kind.of(DType.I4_BIASED, DType.BF16, 1, 128).zeroPoints(DType.I4_BIASED),
                Kind.of(DType.I4_BIASED, DType.BF16, 1, 32).zeroPoints(DType.I8),
                Kind.of(DType.I4_BIASED, DType.BF16, 1, 128).withShuffledGroups(),
                Kind.of(DType.I4_BIASED, DType.F32, 1, 32)
                        .zeroPoints(DType.I4_BIASED)
                        .withShuffledGroups(),
                Kind.of(DType.F4_E2M1, DType.F8_E4M3, 1, 16).times(1 / 1234.5f),
                Kind.of(DType.F4_E2M1, DType.F8_E4M3, 1, 16).times(0.00123f),
                Kind.of(DType.F4_E2M1, DType.F8_E4M3, 1, 16).times(0.00123f).inputMajor());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void knowsEveryWeight(Kind kind) {
        Quantised q = Quantised.of(kind, 21, 77, seed);

        for (int o = 0; o < 21; o++) {
            for (int i = 0; i < 77; i++) {
                assertThat(q.matrix().weight(o, i))
                        .as("[%d, %d], %s", o, i, seed.hint())
                        .isEqualTo(q.value(o, i));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void multipliesOneRowAndSeveralAtEveryNumberOfInputs(Kind kind) {
        for (int inputs : SIZES) {
            check(Quantised.of(kind, 37, inputs, seed), 1);
            check(Quantised.of(kind, 37, inputs, seed), 5);
        }
    }

    /** Few rows of a block have the bits of one or of many, whichever way is faster. */
    @ParameterizedTest
    @MethodSource("kinds")
    void multipliesFewRowsOfABlockAsOneOrAsMany(Kind kind) {
        Matrix m = Quantised.of(kind, 70, 272, seed).matrix();
        Rows some = seed.rows(40, 272);
        Rows x = Rows.ofBlock(40, 272);
        System.arraycopy(some.data(), 0, x.data(), 0, x.data().length);
        float[] many = multiply(2, m, x);

        for (int count : new int[] {2, MatVec.MOST_CODED_ROWS, 9, 16, 17, 31}) {
            int first = 40 - count;
            float[] block = multiply(2, m, x.part(first, count));
            float[] expected =
                    count > MatVec.MOST_CODED_ROWS
                            ? Arrays.copyOfRange(many, first * 70, 40 * 70)
                            : multiply(2, m, some.part(first, count));
            assertThat(block).as("%d rows, %s", count, seed.hint()).isEqualTo(expected);
            checkAlone(kind, m, some.part(first, Math.min(count, MatVec.MOST_ROWS)));
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void multipliesOneRowAndSeveralAtEveryNumberOfOutputs(Kind kind) {
        for (int outputs : SIZES) {
            check(Quantised.of(kind, outputs, 272, seed), 1);
            check(Quantised.of(kind, outputs, 272, seed), 6);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void decodesBlocksExactly(Kind kind) {
        int inputs = 700;
        Quantised q = Quantised.of(kind, 70, inputs, seed);
        for (int from : new int[] {0, 512}) {
            int depth = Math.min(512, inputs - from);
            if (kind.order() == Order.OUTPUT_MAJOR) {
                float[] out = new float[13 * TileOperands.STRIDE];
                float[] spare = new float[TileOperands.SCALES];
                KernelSets.BEST.decodeRows(q.matrix(), 3, 13, from, depth, out, 0, spare);
                for (int r = 0; r < 13; r++) {
                    for (int i = 0; i < depth; i++) {
                        assertThat(out[r * TileOperands.STRIDE + i])
                                .as("row %d, input %d, %s", 3 + r, from + i, seed.hint())
                                .isEqualTo(q.value(3 + r, from + i));
                    }
                }
            } else {
                int panel = 2 * KernelSets.BEST.lanes();
                int panels = 64 / panel;
                long bytes = 4L * panels * panel * depth;
                MemorySegment out = Arena.ofAuto().allocate(bytes, 64);
                KernelSets.BEST.columns(q.matrix(), from, depth, 4, panels, out);
                InputOrder order = KernelSets.BEST.inputOrder(q.matrix());
                for (int j = 0; j < panels * panel; j++) {
                    for (int i = 0; i < depth; i++) {
                        long at = 4L * ((j / panel * depth + i) * panel + j % panel);
                        int input = from + order.input(i, depth);
                        boolean codes = KernelSets.BEST.sumsCodes(q.matrix());
                        float scale = codes ? q.matrix().scale(4 + j, input) : 1;
                        assertThat(out.get(FLOAT, at) * scale)
                                .as("output %d, input %d, %s", 4 + j, input, seed.hint())
                                .isEqualTo(q.value(4 + j, input));
                    }
                }
            }
        }
    }

    @Test
    void givesTheSameBitsOnAnyNumberOfThreads() {
        for (Kind kind : kinds().toList()) {
            for (int count : new int[] {1, 2, 19}) {
                Matrix m = Quantised.of(kind, 530, 640, seed).matrix();
                Rows x = seed.rows(count, 640);

                float[] one = multiply(1, m, x);

                assertThat(multiply(2, m, x)).as("%s, %s", kind, seed.hint()).isEqualTo(one);
                assertThat(multiply(3, m, x)).as("%s, %s", kind, seed.hint()).isEqualTo(one);
            }
        }
    }

    @Test
    void givesARowTheSameBitsAloneAndAmongFewOthers() {
        assumeTrue(KernelSets.BEST.dotRows() > 1, "scalar kernels multiply several rows by tiles");
        for (Kind kind : kinds().filter(k -> k.order() == Order.OUTPUT_MAJOR).toList()) {
            for (int inputs : new int[] {640, 777}) {
                Matrix m = Quantised.of(kind, 85, inputs, seed).matrix();
                Rows x = seed.rows(7, inputs);
                for (int count : new int[] {2, 4, 5, 6, 7}) { // decoded for each, or once for all
                    checkAlone(kind, m, x.part(7 - count, count));
                }
            }
        }
    }

    private void checkAlone(Kind kind, Matrix m, Rows x) {
        int n = m.outputs();
        float[] together = multiply(2, m, x);

        for (int r = 0; r < x.count(); r++) {
            assertThat(multiply(1, m, x.part(r, 1)))
                    .as("row %d of %d, %s, %s", r, x.count(), kind, seed.hint())
                    .isEqualTo(Arrays.copyOfRange(together, n * r, n * (r + 1)));
        }
    }

    @Test
    void refusesPartsOfAnotherSize() {
        MemorySegment bytes = Arena.ofAuto().allocate(4096);
        Scales scales = new Scales(bytes.asSlice(0, 8), DType.BF16, 1, 64, 1);
        List<Runnable> wrong =
                List.of(
                        () -> matrix(bytes.asSlice(0, 4 * 2 * 4), 4, 17, scales),
                        () -> matrix(bytes.asSlice(0, 4 * 8 * 4), 4, 65, scales),
                        () ->
                                new Matrix(
                                        bytes.asSlice(0, 64),
                                        DType.I4_BIASED,
                                        Order.INPUT_MAJOR,
                                        16,
                                        8),
                        () ->
                                matrix(
                                        bytes.asSlice(0, 4 * 4 * 8),
                                        4,
                                        64,
                                        new Scales(
                                                bytes.asSlice(0, 8),
                                                DType.BF16,
                                                1,
                                                64,
                                                1,
                                                new ZeroPoints(
                                                        bytes.asSlice(0, 8), DType.I4_BIASED),
                                                null)),
                        () ->
                                matrix(
                                        bytes.asSlice(0, 4 * 4 * 8),
                                        4,
                                        64,
                                        new Scales(
                                                bytes.asSlice(0, 8),
                                                DType.BF16,
                                                1,
                                                64,
                                                1,
                                                null,
                                                bytes.asSlice(0, 252))));

        for (Runnable construction : wrong) {
            assertThatThrownBy(construction::run).isInstanceOf(IllegalArgumentException.class);
        }
        MemorySegment groups = Arena.ofAuto().allocate(256);
        groups.set(ValueLayout.JAVA_INT, 40, 7);
        assertThatThrownBy(() ->
                        matrix(
                                bytes.asSlice(0, 4 * 4 * 8),
                                4,
                                64,
                                new Scales(
                                        bytes.asSlice(0, 8), DType.BF16, 1, 64, 1, null, groups)))
                .hasMessage("input 10 is in group 7, expected 0 to 0");
    }

    private static void matrix(MemorySegment data, int outputs, int inputs, Scales scales) {
        new Matrix(data, DType.I4_BIASED, Order.OUTPUT_MAJOR, outputs, inputs, scales);
    }

    private void check(Quantised q, int count) {
        check(q, seed.rows(count, q.matrix().inputs()));
    }

    private void check(Quantised q, Rows x) {
        Matrix m = q.matrix();
        int count = x.count();

        float[] y = multiply(2, m, x);

        for (int r = 0; r < count; r++) {
            for (int o = 0; o < m.outputs(); o++) {
                double sum = 0;
                double magnitudes = 0;
                for (int i = 0; i < m.inputs(); i++) {
                    double term = (double) q.value(o, i) * x.data()[x.offset(r) + i];
                    sum += term;
                    magnitudes += Math.abs(term);
                }
                // half an ulp a term and rounding of x or of scaled partial sums
                assertThat((double) y[r * m.outputs() + o])
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
                        .isCloseTo(sum, within(1e-6 + 2e-6 * magnitudes));
            }
        }
    }

    private static float[] multiply(int threads, Matrix m, Rows x) {
        Rows y = Rows.of(x.count(), m.outputs());
        try (Workers workers = new Workers(threads)) {
            workers.run(w -> {
                Linear.pack(w, x);
                w.await();
                Linear.multiply(w, m, x, y);
            });
        }
        return y.data();
    }
}
