package dev.altiplano.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.altiplano.loader.VisionConfig;

import org.junit.jupiter.api.Test;

class TowerWorkTest {
    /** Of Scout's tower: about a teraflop, as the reference's description counts it. */
    @Test
    void aTileOfThePublishedTowerTakesATeraflop() {
        VisionConfig scout = new VisionConfig(1408, 34, 16, 5632, 336, 14, 2, 4096, 10_000, 0);

        double operations = new TowerWork(scout, 5120).operationsPerTile();

        assertThat(operations).isCloseTo(1.02e12, within(0.02e12));
    }

    /** Counted by hand: 16 patches and the class token, one layer. */
    @Test
    void countsEveryMultiplication() {
        VisionConfig small = new VisionConfig(8, 1, 2, 32, 56, 14, 2, 6, 10_000, 0);

        double operations = new TowerWork(small, 10).operationsPerTile();

        long layer = 17 * (4 * 64 + 2 * 8 * 32) + 2 * 17 * 17 * 8;
        long embedding = 16 * 588 * 8;
        long features = 4 * (32 * 6 + 6 * 6 + 6 * 10);
        assertThat(operations).isEqualTo(2.0 * (layer + embedding + features));
    }
}
