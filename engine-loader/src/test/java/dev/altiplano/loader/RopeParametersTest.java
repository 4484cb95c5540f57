package dev.altiplano.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import java.util.Optional;
import java.util.stream.IntStream;

class RopeParametersTest {
    private static final RopeParameters PLAIN = new RopeParameters(500_000, Optional.empty());

    private static RopeParameters scaled(double factor, double low, double high, int original) {
        return new RopeParameters(
                500_000, Optional.of(new Llama3Scaling(factor, low, high, original)));
    }

    @Test
    void scoutDividesTheLast29Of64Frequencies() {
        float[] plain = PLAIN.frequencies(128);
        float[] scout = scaled(16, 1, 1, 8192).frequencies(128);

        assertThat(scout[34]).isEqualTo(plain[34]).isCloseTo(9.384739e-4f, within(1e-10f));
        assertThat(plain[35]).isCloseTo(7.644970e-4f, within(1e-10f));
        assertThat(scout[35]).isCloseTo(4.778106e-5f, within(1e-11f));
        assertThat(scout[63]).isCloseTo(1.534463e-7f, within(1e-13f));
        assertThat(IntStream.range(0, 64).filter(j -> scout[j] != plain[j]).count()).isEqualTo(29);
    }

    @Test
    void theFirstUploadsValuesDifferIn35Bands() {
        float[] corrected = scaled(16, 1, 1, 8192).frequencies(128);
        float[] early = scaled(8, 1, 4, 8192).frequencies(128);

        assertThat(IntStream.range(0, 64).filter(j -> early[j] != corrected[j]).count())
                .isEqualTo(35);
    }

    @Test
    void blendsBetweenTheTwoBands() {
        float[] f =
                new RopeParameters(10_000, Optional.of(new Llama3Scaling(8, 1, 4, 64)))
                        .frequencies(16);

        // computed with the formula of the reference in Python; wavelengths 6.3, 19.9, 62.8, 198.7
        assertThat(f[0]).isEqualTo(1);
        assertThat(f[1]).isCloseTo(0.2443846f, within(1e-7f));
        assertThat(f[2]).isCloseTo(0.013042256f, within(1e-8f));
        assertThat(f[3]).isCloseTo(0.003952847f, within(1e-9f));
    }

    @Test
    void refusesAnOddHead() {
        assertThatThrownBy(() -> PLAIN.frequencies(7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("head_dim is 7, expected an even number");
    }

    @Test
    void refusesBandsInTheWrongOrder() {
        assertThatThrownBy(() -> scaled(8, 4, 1, 8192))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("high_freq_factor is 1.0, expected low_freq_factor 4.0 or more");
    }
}
