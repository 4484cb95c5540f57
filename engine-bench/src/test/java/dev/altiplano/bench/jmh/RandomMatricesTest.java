package dev.altiplano.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.kernels.Linear;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Workers;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.foreign.Arena;

/** What benchmarks multiply is what the format says, and a wrong product is noticed. */
class RandomMatricesTest {
    @ParameterizedTest
    @EnumSource(WeightFormat.class)
    void theKernelsAgreeWithThePlainLoopInEveryFormat(WeightFormat format) {
        for (WeightShape shape : new WeightShape[] {WeightShape.SMALL, WeightShape.SMALL_EXPERT}) {
            try (Arena arena = Arena.ofShared();
                    Workers workers = new Workers(1)) {
                Matrix weights = new RandomMatrices(shape, format, arena).next();
                Rows x = RandomMatrices.rows(2, shape.inputs);
                Rows y = Rows.of(2, shape.outputs);
                workers.run(worker -> {
                    Linear.pack(worker, x);
                    worker.await();
                    Linear.multiply(worker, weights, x, y);
                });

                RandomMatrices.check(weights, x, y);
                for (int i = 0; i < y.data().length; i++) {
                    y.data()[i] = -y.data()[i];
                }
                assertThatThrownBy(() -> RandomMatrices.check(weights, x, y))
                        .hasMessageContaining("expected");
            }
        }
    }

    /** Bits a weight: the code's and its part of the scales. */
    @ParameterizedTest
    @CsvSource({"BF16, 16", "INT8, 8.0625", "INT4, 4.125", "INT4_GROUP_32, 4.5", "NVFP4, 4.5"})
    void bytesCountTheScales(WeightFormat format, double bits) {
        WeightShape shape = WeightShape.SMALL;
        try (Arena arena = Arena.ofShared()) {
            Matrix weights = new RandomMatrices(shape, format, arena).next();

            assertThat(weights.bytes() * 8.0 / shape.weights()).isEqualTo(bits);
        }
    }
}
