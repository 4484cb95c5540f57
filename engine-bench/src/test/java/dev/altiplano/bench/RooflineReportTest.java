package dev.altiplano.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.altiplano.bench.SpeedRun.Outcome;
import dev.altiplano.bench.SpeedRun.Speed;
import dev.altiplano.loader.Checkpoint;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

class RooflineReportTest {
    /** Of demo/stories: final norm, one row of the embedding and the head, two bytes a number. */
    private static final long END_BYTES = 2 * (128 + 128 + 1024 * 128);

    private static final long WEIGHT_BYTES = 4_993_536;
    private static final double BANDWIDTH = 10e9;
    private static final double PEAK = 100e9;

    private final TokenWork demo = demo();

    @Test
    void decodingSharesTheBandwidth() {
        Speed speed = new Speed(0, Optional.empty(), Optional.of(Spread.of(1000, 1200, 900)));
        RooflineReport report = report(0, 1, speed);
        long keyValues = 8 * 2 * 2 * 2 * 64 * 4; // the token at position 1 sees 2 positions

        assertThat(report.decodeShare(speed))
                .hasValueSatisfying(share ->
                        assertThat(share)
                                .isCloseTo(
                                        1000 * (WEIGHT_BYTES + keyValues) / BANDWIDTH,
                                        within(1e-9)));
        assertThat(report.prefillShare(speed)).isEmpty();
    }

    @Test
    void prefillSharesThePeak() {
        Speed speed = new Speed(0, Optional.of(Spread.of(5000)), Optional.empty());
        RooflineReport report = report(1, 0, speed);
        // a prompt of one token meets the head; it sees itself in 8 layers of 4 heads
        long operations = WEIGHT_BYTES - 2 * 17 * 128 - 2 * 128 + 8 * 4 * 64 * 4;

        assertThat(report.prefillShare(speed))
                .hasValueSatisfying(share ->
                        assertThat(share).isCloseTo(5000 * operations / PEAK, within(1e-9)));
        assertThat(report.decodeShare(speed)).isEmpty();
    }

    @Test
    void moreLayersCostMoreAtTheSameShare() {
        Speed speed = new Speed(0, Optional.of(Spread.of(10)), Optional.of(Spread.of(10)));
        RooflineReport report = report(1, 1, speed);
        double keyValues = 8 * 2 * 2 * 2 * 64 * 4;
        double layers = WEIGHT_BYTES - END_BYTES + keyValues;

        assertThat(report.decodeWithLayers(speed, 24))
                .hasValueSatisfying(rate ->
                        assertThat(rate)
                                .isCloseTo(
                                        10 * (END_BYTES + layers) / (END_BYTES + 3 * layers),
                                        within(1e-9)));
        assertThat(report.decodeWithLayers(speed, 8)).hasValue(10.0);
        assertThat(report.prefillWithLayers(speed, 24))
                .hasValueSatisfying(rate -> assertThat(rate).isBetween(10 / 3.0, 4.0));
    }

    private RooflineReport report(int prompt, int answer, Speed speed) {
        Limits limits = new Limits(2, Spread.of(BANDWIDTH), Spread.of(PEAK), Optional.empty());
        return new RooflineReport(
                demo,
                new SpeedRun(prompt, answer, 1, List.of(0), Duration.ZERO),
                new Outcome(List.of(speed), limits));
    }

    private static TokenWork demo() {
        try (Checkpoint checkpoint = Checkpoint.open(Path.of("../demo/stories"))) {
            return TokenWork.of(checkpoint);
        }
    }
}
