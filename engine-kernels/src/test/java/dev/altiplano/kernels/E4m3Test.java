package dev.altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.kernels.internal.Weights;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

class E4m3Test {
    private final Seed seed = new Seed();
    private final float[] values = new float[256];

    E4m3Test() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment codes = arena.allocate(256);
            for (int code = 0; code < 256; code++) {
                codes.set(ValueLayout.JAVA_BYTE, code, (byte) code);
                values[code] = Weights.at(codes, DType.F8_E4M3, code);
            }
        }
    }

    @Test
    void everyCodeIsTheCodeOfItsValue() {
        for (int code = 0; code < 256; code++) {
            if (!Float.isNaN(values[code])) {
                assertThat(E4m3.of(values[code]) & 0xFF).isEqualTo(code);
            }
        }
        assertThat(values[E4m3.of(Float.NaN) & 0xFF]).isNaN();
        assertThat(values[E4m3.of(Float.POSITIVE_INFINITY) & 0xFF]).isEqualTo(448);
        assertThat(values[E4m3.of(-1e30f) & 0xFF]).isEqualTo(-448);
    }

    @Test
    void takesTheNearestNumberAndOfTwoTheEvenOne() {
        float[] random = seed.rows(1, 20_000).data();
        for (int i = 0; i < random.length; i++) {
            float value = (float) (random[i] * Math.pow(2, i % 22 - 12));
            check(value);
        }
        for (int code = 0; code < 126; code++) {
            check((values[code] + values[code + 1]) / 2);
        }
    }

    private void check(float value) {
        int best = 0;
        for (int code = 0; code < 256; code++) {
            double distance = Math.abs((double) values[code] - value);
            double least = Math.abs((double) values[best] - value);
            if (distance < least || distance == least && code % 2 == 0 && best % 2 == 1) {
                best = code;
            }
        }
        assertThat(values[E4m3.of(value) & 0xFF])
                .as("%s, %s", value, seed.hint())
                .isEqualTo(values[best]);
    }
}
