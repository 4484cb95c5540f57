package dev.altiplano.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttentionTemperatureTest {
    private static final AttentionTemperature SCOUT = new AttentionTemperature(8192, 0.1f);

    @ParameterizedTest
    @CsvSource({
        "0, 1",
        "8190, 1",
        "8191, 1.0693147",
        "16382, 1.0693147",
        "16383, 1.1098612",
        "24575, 1.1386294",
        "32767, 1.1609438",
        "65535, 1.2197225",
        "131071, 1.2833213",
        "262143, 1.3496508",
        "1048575, 1.4859812",
        "10485759, 1.7155396"
    })
    void equalsTheReferenceAtEachStep(long position, float expected) {
        assertThat(SCOUT.at(position)).isCloseTo(expected, within(1.2e-7f)); // 1 ulp
    }

    @Test
    void isOneEverywhereWhenSwitchedOff() {
        assertThat(new AttentionTemperature(1, 0).at(1_000_000)).isEqualTo(1);
    }

    @Test
    void refusesAnIntervalOfZero() {
        assertThatThrownBy(() -> new AttentionTemperature(0, 0.1f))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("floor_scale is 0, expected 1 or more");
    }

    @Test
    void refusesAScaleThatIsNoNumber() {
        assertThatThrownBy(() -> new AttentionTemperature(1, Float.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("attn_scale is NaN, expected 0 or more");
    }
}
