package dev.altiplano.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.altiplano.bench.MachineLoad.Moment;

import org.junit.jupiter.api.Test;

class MachineLoadTest {
    @Test
    void othersAreWhatThisProcessIsNot() {
        Moment first = new Moment(0, 100, 5, 40, 7);
        Moment last = new Moment(10_000_000_000L, 118, 6, 53, 19); // 18 s busy, 13 of them our own

        MachineLoad load = MachineLoad.between(first, last);

        assertThat(load.others()).isCloseTo(0.5, within(1e-9));
        assertThat(load.stolen()).isCloseTo(0.1, within(1e-9));
        assertThat(load.diskWaits()).isEqualTo(12);
    }

    @Test
    void coarseTicksNeverGiveLessThanNothing() {
        MachineLoad load =
                MachineLoad.between(
                        new Moment(0, 1, 0, 1, 0), new Moment(1_000_000, 1, 0, 1.001, 0));

        assertThat(load).isEqualTo(new MachineLoad(0, 0, 0));
    }

    @Test
    void readsTheLineOfAllProcessors() { // user nice system idle iowait irq softirq steal guest
        Moment moment =
                Moment.parse("cpu  1000 200 300 9999 77 5 15 60 0 0", 2_000_000_000, 3)
                        .orElseThrow();

        assertThat(moment.busySeconds()).isCloseTo(15.2, within(1e-9));
        assertThat(moment.stolenSeconds()).isCloseTo(0.6, within(1e-9));
        assertThat(moment.ownSeconds()).isCloseTo(2, within(1e-9));
        assertThat(moment.diskWaits()).isEqualTo(3);
    }

    @Test
    void countsMajorFaultsBehindAnyName() { // … flags minflt cminflt majflt …
        assertThat(Moment.diskWaits("42 (a) b 9) S 1 42 42 0 -1 4194560 777 3 55 2 10 20"))
                .isEqualTo(55);
    }

    @Test
    void otherLinesSayNothing() {
        assertThat(Moment.parse("cpu0 1 2 3 4 5 6 7 8", 0, 0)).isEmpty();
        assertThat(Moment.parse("cpu 1 2 3", 0, 0)).isEmpty();
    }
}
