package dev.altiplano.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Optional;

class LimitsTest {
    @ParameterizedTest
    @CsvSource({
        "95, 100, 95, 100, 0.0, 0.0, 9, true",
        "80, 100, 95, 100, 0.0, 0.0, 9, false", // the bandwidth moved by more than 15 %
        "95, 100, 80, 100, 0.0, 0.0, 9, false",
        "95, 100, 95, 100, 0.2, 0.0, 9, false", // another process took a fifth of a processor
        "95, 100, 95, 100, 0.0, 0.2, 9, false",
        "95, 100, 95, 100, 0.0, 0.0, 900, false" // weights were read from disk
    })
    void isQuietWhenNothingMovesAndNobodyElseWorks(
            double slowest,
            double fastest,
            double least,
            double most,
            double others,
            double stolen,
            long diskWaits,
            boolean quiet) {
        Limits limits =
                new Limits(
                        2,
                        Spread.of(slowest, fastest),
                        Spread.of(least, most),
                        Optional.of(new MachineLoad(others, stolen, diskWaits)));

        assertThat(limits.quiet()).isEqualTo(quiet);
    }

    @Test
    void collectsWhatTheProbeFinds() {
        try (LimitProbe probe = LimitProbe.open(2, 1 << 20)) {
            Limits.Log log = new Limits.Log(probe, 1);
            log.sample();
            log.sample();

            Limits limits = log.limits();

            assertThat(limits.threads()).isEqualTo(1);
            assertThat(limits.bandwidth().least()).isPositive();
            assertThat(limits.operations().most()).isLessThan(1e13);
        }
    }

    @Test
    void needsASample() {
        try (LimitProbe probe = LimitProbe.open(1, 1 << 20)) {
            assertThatThrownBy(new Limits.Log(probe)::limits)
                    .hasMessage("no measurements, expected at least one");
        }
    }
}
