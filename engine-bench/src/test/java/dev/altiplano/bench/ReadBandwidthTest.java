package dev.altiplano.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ReadBandwidthTest {
    @Test
    void isSomethingThatAMachineCanHave() { // a slow one reads 0.1, a fast cache 10 000 GB/s
        assertThat(ReadBandwidth.measure(2, 1 << 22)).isBetween(1e8, 1e13);
    }

    @Test
    void refusesABufferThatIsTooSmallToMeasure() {
        assertThatThrownBy(() -> ReadBandwidth.measure(4, 1000))
                .hasMessage("4 threads read 1000 bytes, expected at least 1024 for each");
    }
}
