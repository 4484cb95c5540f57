package dev.altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.kernels.internal.InputOrder;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.stream.IntStream;

class InputOrderTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17, 300, 512})
    void takesFourInputsOfSixteenFourApart(int count) {
        int whole = count / 16 * 16;
        for (int place = 0; place < count; place++) {
            int expected = place < whole ? place / 16 * 16 + place % 4 * 4 + place / 4 % 4 : place;

            assertThat(InputOrder.QUARTERS.input(place, count)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesEveryInputOnceAndArrangesActivationsAlike(InputOrder order) {
        for (int count = 0; count <= 70; count++) {
            int[] inputs = inputs(order, count);
            float[] x = new float[3 + count];
            float[] out = new float[2 + count];
            for (int i = 0; i < count; i++) {
                x[3 + i] = i;
            }
            order.arrange(x, 3, count, out, 2);

            assertThat(inputs).containsExactlyInAnyOrder(IntStream.range(0, count).toArray());
            for (int place = 0; place < count; place++) {
                assertThat(out[2 + place]).isEqualTo(inputs[place]);
            }
        }
    }

    private static int[] inputs(InputOrder order, int count) {
        return IntStream.range(0, count).map(place -> order.input(place, count)).toArray();
    }
}
