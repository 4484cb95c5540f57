package dev.altiplano.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LimitProbeTest {
    @Test
    void findsSomethingThatAMachineCanHave() { // a cache may give 10 000 GB/s
        try (LimitProbe probe = LimitProbe.open(2, 4 << 20)) {
            LimitProbe.Sample sample = probe.sample();

            assertThat(sample.bandwidth()).isPositive().isLessThan(1e14);
            assertThat(sample.operations()).isPositive().isLessThan(1e14);
        }
    }

    @Test
    void measuresWithFewerThreadsThanItHas() {
        try (LimitProbe probe = LimitProbe.open(2, 1 << 20)) {
            assertThat(probe.sample(1).operations()).isPositive().isLessThan(1e14);
        }
    }

    @Test
    void saysWhenItsBufferMayFitACache() {
        try (LimitProbe probe = LimitProbe.open(1, (1 << 20) + 1)) {
            assertThat(probe.bufferBytes()).isEqualTo(1 << 20);
            assertThat(probe.isBeyondCaches()).isFalse();
        }
    }

    @Test
    void refusesABufferThatIsTooSmallToMeasure() {
        assertThatThrownBy(() -> LimitProbe.open(4, 1000))
                .hasMessage(
                        "4 threads read 1000 bytes, expected at least 1 thread and 1048576 bytes");
    }

    @Test
    void refusesThreadsThatItDoesNotHave() {
        try (LimitProbe probe = LimitProbe.open(1, 1 << 20)) {
            assertThatThrownBy(() -> probe.sample(2)).hasMessage("2 of 1 threads, expected 1 to 1");
        }
    }
}
