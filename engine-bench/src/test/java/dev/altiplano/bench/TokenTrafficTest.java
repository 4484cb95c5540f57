package dev.altiplano.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.loader.Checkpoint;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;

class TokenTrafficTest {
    @Test
    void countsWhatOneTokenReadsOfTheDemo() { // widths from config.json, two bytes a number
        try (Checkpoint demo = Checkpoint.open(Path.of("../demo/stories"))) {
            TokenTraffic traffic = TokenTraffic.of(demo.text(), demo.config());

            assertThat(traffic)
                    .isEqualTo(
                            new TokenTraffic(
                                    2 * 8 * (2 * 128 * 256 + 2 * 128 * 128),
                                    2 * 4 * 8 * 128,
                                    2 * 4 * 3 * 128 * 256,
                                    2 * 4 * 3 * 128 * 256,
                                    2 * 4 * 3 * 128 * 512,
                                    2 * (2 * 8 + 1) * 128,
                                    2 * 128,
                                    2 * 1024 * 128));
        }
    }
}
