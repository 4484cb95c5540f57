package dev.altiplano.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void takesTheMiddleOfAnOddNumber() {
        assertThat(Spread.of(3, 1, 8)).isEqualTo(new Spread(3, 1, 8));
    }

    @Test
    void takesTheMeanOfTheTwoMiddleOnes() {
        assertThat(Spread.of(4, 1, 8, 2)).isEqualTo(new Spread(3, 1, 8));
    }

    @Test
    void needsAMeasurement() {
        assertThatThrownBy(Spread::of).hasMessage("no measurements, expected at least one");
    }
}
