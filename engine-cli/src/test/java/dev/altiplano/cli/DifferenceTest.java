package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.MemorySegment;

class DifferenceTest {
    @Test
    void isRelativeToTheLargestRecordedNumber() {
        Difference difference = of(0, 20, -100, 0);

        difference.add(0, new float[] {0.09f, 20});
        difference.add(1, new float[] {-100, -0.05f});

        assertThat(difference.isWithinTolerance()).isTrue();
        assertThat(difference.largest()).isEqualTo(0.09f);
    }

    @Test
    void isNeverRelativeToLessThanOne() {
        Difference difference = of(0.01f, 0);

        difference.add(0, new float[] {0.0115f, 0});

        assertThat(difference.isWithinTolerance()).isFalse();
        assertThat(difference.fault()).isEqualTo("x differs by 0.0015, allowed 0.0010");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void failsOnWhatIsNoNumber(float value) {
        Difference difference = of(1, 2);

        difference.add(0, new float[] {value, 2});

        assertThat(difference.isWithinTolerance()).isFalse();
        assertThat(difference.largest()).isNaN();
        assertThat(difference.fault()).isEqualTo("x holds NaN or infinity");
    }

    @Test
    void failsOnARecordedNaN() {
        Difference difference = of(Float.NaN, 2);

        difference.add(0, new float[] {Float.NaN, 2});

        assertThat(difference.isWithinTolerance()).isFalse();
    }

    @Test
    void failsWhenRowsAreMissing() {
        Difference difference = of(1, 2, 3, 4);

        difference.add(0, new float[] {1, 2});

        assertThat(difference.isWithinTolerance()).isFalse();
        assertThat(difference.fault()).isEqualTo("x: 1 rows computed, 2 recorded");
    }

    private static Difference of(float... wanted) {
        return new Difference("x", MemorySegment.ofArray(wanted), 2, 1e-3);
    }
}
