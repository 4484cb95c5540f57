package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SizesTest {
    @Test
    void writesBytesWithTheirUnit() {
        assertThat(Sizes.bytes(0)).isEqualTo("0 B");
        assertThat(Sizes.bytes(1023)).isEqualTo("1023 B");
        assertThat(Sizes.bytes(1536)).isEqualTo("1.5 KiB");
        assertThat(Sizes.bytes(217L << 30)).isEqualTo("217.0 GiB");
    }

    @Test
    void writesCountsInWords() {
        assertThat(Sizes.count(999)).isEqualTo("999");
        assertThat(Sizes.count(5_380_224)).isEqualTo("5.4 million");
        assertThat(Sizes.count(108_600_000_000L)).isEqualTo("108.6 billion");
    }
}
