package dev.altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Random;
import java.util.function.IntToDoubleFunction;

/** Against simulated machines: no clock is read. */
class TeamSizeTest {
    private final Random random = new Random(7);

    /** Simulated time in which regions ran on at least {@code size} workers, as a share. */
    private double shareFrom(int size, TeamSize team, double seconds, IntToDoubleFunction micros) {
        double all = 0;
        double large = 0;
        while (all < seconds * 1e9) {
            int workers = team.next();
            double took = 1e3 * micros.applyAsDouble(workers) * (0.97 + 0.06 * random.nextDouble());
            team.learn((long) took, 1);
            all += took;
            large += workers >= size ? took : 0;
        }
        return large / all;
    }

    /** Milliseconds that a worker is off its processor, half of the time, as a burden on others. */
    private double stall(double micros) {
        double rest = micros;
        double took = 0;
        while (rest > 0) { // on for 3 ms, off for 3 ms
            double on = 3000 * random.nextDouble();
            took += Math.min(on, rest) + (on < rest ? 3000 : 0);
            rest -= on;
        }
        return took;
    }

    @ParameterizedTest
    @CsvSource({"2, 300", "2, 60000", "16, 3000", "64, 100000"})
    void staysWithAllWorkersWhereTheyAreFaster(int workers, double micros) {
        TeamSize team = new TeamSize(workers);

        shareFrom(workers, team, 30, n -> micros / n);

        assertThat(shareFrom(workers, team, 100, n -> micros / n)).isGreaterThan(0.97);
    }

    @Test
    void triesASmallerTeamRarelyWhereRegionsAreLong() {
        TeamSize team = new TeamSize(2);

        double share = shareFrom(2, team, 120, n -> 600_000.0 / n);

        assertThat(share).isGreaterThan(0.97);
    }

    @ParameterizedTest
    @CsvSource({"2, 1", "3, 1", "16, 4", "64, 4"})
    void findsTheBestTeamWhereBarriersCostMoreThanWorkersGain(int workers, int best) {
        TeamSize team = new TeamSize(workers);
        double barriers = best == 1 ? 80 : 6; // us per worker

        shareFrom(1, team, 20, n -> 100.0 / n + barriers * (n - 1));

        assertThat(team.settled()).isEqualTo(best);
    }

    @Test
    void leavesAWorkerOutWhileItIsHeldUpAndTakesItBack() {
        TeamSize team = new TeamSize(2);
        shareFrom(2, team, 10, n -> n == 1 ? 300 : 200);

        double before = shareFrom(2, team, 0.5, n -> n == 1 ? 300 : stall(200));
        double loaded = shareFrom(2, team, 10, n -> n == 1 ? 300 : stall(200));
        double after = shareFrom(2, team, 4, n -> n == 1 ? 300 : 200);

        assertThat(before).as("within half a second").isLessThan(0.5);
        assertThat(loaded).as("under load").isLessThan(0.1);
        assertThat(team.settled()).as("when the load has gone").isEqualTo(2);
        assertThat(after).isGreaterThan(0.3);
    }

    @Test
    void leavesOneOfManyOut() {
        TeamSize team = new TeamSize(16);

        shareFrom(16, team, 30, n -> n == 16 ? stall(100) : 1600.0 / n);

        assertThat(team.settled()).isEqualTo(15);
    }

    @Test
    void aSingleSlowRegionChangesLittle() {
        TeamSize team = new TeamSize(2);
        shareFrom(2, team, 10, n -> 400.0 / n);

        double share = shareFrom(2, team, 20, n -> random.nextInt(2000) == 0 ? 5000 : 400.0 / n);

        assertThat(share).isGreaterThan(0.9);
    }

    @Test
    void comparesWorkNotRegions() {
        TeamSize team = new TeamSize(2);
        for (int i = 0; i < 20_000; i++) {
            int work = 1 + random.nextInt(100);
            team.learn(10_000L * work / team.next(), work);
        }

        assertThat(team.settled()).isEqualTo(2);
    }

    @Test
    void aTeamOfOneStaysOne() {
        TeamSize team = new TeamSize(1);

        assertThat(shareFrom(2, team, 1, n -> 100)).isZero();
        assertThat(team.next()).isEqualTo(1);
    }
}
