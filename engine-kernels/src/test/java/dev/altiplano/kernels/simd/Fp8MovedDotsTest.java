package dev.altiplano.kernels.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.altiplano.kernels.internal.SumOperands;
import dev.altiplano.kernels.internal.TileOperands;

import jdk.incubator.vector.FloatVector;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The two ways to multiply FP8 codes without tables give the same bits; which one a processor takes
 * depends on how fast it multiplies subnormal numbers.
 */
final class Fp8MovedDotsTest {
    private static final int INPUTS = 384;
    private static final int ROWS = 6;
    private static final int LANES = ROWS * 16;

    private final Arena arena = Arena.ofConfined();
    private final SplittableRandom random = new SplittableRandom(5);

    @BeforeAll
    static void needsVectors() {
        assumeTrue(
                ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(),
                "this JVM runs without jdk.incubator.vector");
    }

    @AfterEach
    void close() {
        arena.close();
    }

    /** All codes but the two that are no numbers, subnormal ones often. */
    private MemorySegment codes() {
        MemorySegment w = arena.allocate((long) ROWS * INPUTS);
        for (long i = 0; i < w.byteSize(); i++) {
            int magnitude = random.nextInt(4) == 0 ? random.nextInt(8) : random.nextInt(0x7f);
            w.set(JAVA_BYTE, i, (byte) (random.nextInt(2) << 7 | magnitude));
        }
        return w;
    }

    private MemorySegment floats(float[] values, float factor) {
        MemorySegment floats = arena.allocate(4L * values.length, 64);
        for (int i = 0; i < values.length; i++) {
            floats.setAtIndex(JAVA_FLOAT, i, values[i] * factor);
        }
        return floats;
    }

    private float[] activations(int count) {
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = (float) random.nextDouble(-300, 300);
        }
        return x;
    }

    private static float[] timesUnit(float[] sums) {
        float[] product = sums.clone();
        for (int i = 0; i < product.length; i++) {
            product[i] *= Fp8MovedDots.UNIT;
        }
        return product;
    }

    @Test
    void dotProductsHaveTheSameBits() {
        MemorySegment w = codes();
        float[] x = activations(INPUTS);
        MemorySegment plain = floats(x, 1);
        MemorySegment scaled = floats(x, Fp8MovedDots.FACTOR);
        float[] expected = new float[LANES];
        float[] moved = new float[LANES];
        Fp8Dots.x4(w, 0, INPUTS, INPUTS, plain, expected);
        Fp8MovedDots.x4(w, 0, INPUTS, INPUTS, scaled, moved);
        assertThat(timesUnit(moved)).isEqualTo(expected);
        Fp8Dots.x1(w, INPUTS, INPUTS, plain, expected);
        Fp8MovedDots.x1(w, INPUTS, INPUTS, scaled, moved);
        assertThat(timesUnit(moved)).isEqualTo(expected);
    }

    @Test
    void sixRowsHaveTheBitsOfEachAlone() {
        MemorySegment w = codes();
        MemorySegment x = floats(activations(INPUTS), Fp8MovedDots.FACTOR);
        int lanes = FloatVector.SPECIES_PREFERRED.length();
        float[] together = new float[LANES];
        float[] alone = new float[LANES];
        Fp8MovedDots.x6(w, 0, INPUTS, INPUTS, x, together);
        for (int row = 0; row < ROWS; row++) {
            Fp8MovedDots.x1(w, (long) row * INPUTS, INPUTS, x, alone);
            assertThat(Arrays.copyOfRange(together, row * lanes, (row + 1) * lanes))
                    .isEqualTo(Arrays.copyOf(alone, lanes));
        }
    }

    @Test
    void decodedRowsHaveTheSameBits() {
        MemorySegment w = codes();
        float[] zeros = new float[INPUTS];
        MemorySegment expected = floats(zeros, 1);
        MemorySegment moved = floats(zeros, 1);
        Fp8Dots.decode(w, 0, INPUTS, expected, 0);
        Fp8MovedDots.decode(w, 0, INPUTS, moved, 0);
        for (int i = 0; i < INPUTS; i++) {
            float value = moved.getAtIndex(JAVA_FLOAT, i) * 0x1p120f;
            assertThat(value).isEqualTo(expected.getAtIndex(JAVA_FLOAT, i));
        }
    }

    @Test
    void sumsHaveTheSameBits() {
        MemorySegment w = codes();
        float[] start = new float[INPUTS];
        MemorySegment expected = floats(start, 1);
        MemorySegment moved = floats(start, 1);
        float[] x = activations(ROWS + 1);
        Fp8Sums.x4(w, 0, INPUTS, INPUTS, x, 0, expected);
        Fp8Sums.x1(w, INPUTS, INPUTS, x, ROWS, expected);
        Fp8MovedSums.x4(w, 0, INPUTS, INPUTS, x, 0, moved, 0);
        Fp8MovedSums.x1(w, INPUTS, INPUTS, x, ROWS, moved, 0);
        for (int i = 0; i < INPUTS; i++) {
            float value = moved.getAtIndex(JAVA_FLOAT, i) * Fp8MovedDots.UNIT;
            assertThat(value).isEqualTo(expected.getAtIndex(JAVA_FLOAT, i));
        }
    }

    @Test
    void fourRowsOfFactorsHaveTheBitsOfEachAlone() {
        MemorySegment w = codes();
        SumOperands s = new SumOperands();
        s.rows = 4;
        s.x = activations(4 * TileOperands.STRIDE);
        s.step = 4L * INPUTS;
        float[] start = activations(4 * INPUTS);
        s.sums = floats(start, 1);
        MemorySegment expected = floats(start, 1);

        Fp8MovedSums.x4by4(w, 0, INPUTS, INPUTS, s, 0, 0);

        for (int t = 0; t < 4; t++) {
            int x0 = t * TileOperands.STRIDE;
            Fp8MovedSums.x4(w, 0, INPUTS, INPUTS, s.x, x0, expected, t * s.step);
        }
        assertThat(s.sums.toArray(JAVA_FLOAT)).isEqualTo(expected.toArray(JAVA_FLOAT));
    }

    @Test
    void eightRowsOfActivationsHaveTheBitsOfEachAlone() {
        int lanes = FloatVector.SPECIES_PREFERRED.length();
        long vector = FloatVector.SPECIES_PREFERRED.vectorByteSize();
        MemorySegment w = codes();
        MemorySegment arranged = arena.allocate(4L * 8 * INPUTS, 64);
        float[] x = activations(8 * INPUTS);
        for (int t = 0; t < 8; t++) {
            float factor = Fp8MovedDots.FACTOR;
            long at = 2L * t * vector;
            Arrangement.quads(x, t * INPUTS, INPUTS, factor, arranged, at, 16 * vector);
        }
        float[] together = new float[24 * 16];
        Fp8MovedDots.x3by8(w, 0, INPUTS, INPUTS, arranged, together);

        MemorySegment one = arena.allocate(4L * INPUTS, 64);
        float[] alone = new float[16];
        for (int t = 0; t < 8; t++) {
            Arrangement.quads(x, t * INPUTS, INPUTS, Fp8MovedDots.FACTOR, one, 0, 2 * vector);
            for (int row = 0; row < 3; row++) {
                Fp8MovedDots.x1(w, (long) row * INPUTS, INPUTS, one, alone);
                int place = (8 * row + t) * lanes;
                assertThat(Arrays.copyOfRange(together, place, place + lanes))
                        .as("weight row %d, row %d", row, t)
                        .isEqualTo(Arrays.copyOf(alone, lanes));
            }
        }
    }
}
