package dev.altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

@Timeout(30)
class WorkersTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void givesEachItemOfEachLoopToOneWorker(int threads) {
        int loops = 500; // far more than any team has counters
        AtomicIntegerArray taken = new AtomicIntegerArray(loops * 7);

        try (Workers workers = new Workers(threads)) {
            for (int region = 1; region <= 20; region++) {
                workers.run(w -> {
                    for (int loop = 0; loop < loops; loop++) {
                        for (int i; (i = w.next(loop % 8)) >= 0; ) {
                            taken.incrementAndGet(loop * 7 + i);
                        }
                    }
                });
                for (int loop = 0; loop < loops; loop++) {
                    for (int i = 0; i < 7; i++) {
                        int expected = i < loop % 8 ? region : 0;
                        assertThat(taken.get(loop * 7 + i)).isEqualTo(expected);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void itemsInTurnEndInTheOrderOfLoopsAndItems(int threads) {
        List<Integer> ended = new ArrayList<>(); // only touched in turn
        List<Integer> expected = new ArrayList<>();

        try (Workers workers = new Workers(threads)) {
            for (int region = 0; region < 5; region++) {
                workers.run(w -> {
                    for (int loop = 0; loop < 200; loop++) {
                        for (int i; (i = w.nextInTurn(loop % 7)) >= 0; ) {
                            w.awaitTurn(i);
                            ended.add(10 * loop + i);
                            w.endTurn(i);
                        }
                        while (w.next(3) >= 0) {} // loops of the other kind in between
                    }
                });
                for (int loop = 0; loop < 200; loop++) {
                    for (int i = 0; i < loop % 7; i++) {
                        expected.add(10 * loop + i);
                    }
                }
            }
        }
        assertThat(ended).isEqualTo(expected);
    }

    @Test
    void releasesThoseWhoWaitForTheTurnOfAWorkerThatFails() {
        List<Integer> ended = new ArrayList<>();
        try (Workers workers = new Workers(3)) {
            Workers.Region fails =
                    w -> {
                        for (int i; (i = w.nextInTurn(100)) >= 0; ) {
                            w.awaitTurn(i);
                            if (i == 40) {
                                throw new IllegalArgumentException("no");
                            }
                            w.endTurn(i);
                        }
                    };
            assertThatThrownBy(() -> workers.run(fails))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("no");

            workers.run(w -> {
                for (int i; (i = w.nextInTurn(50)) >= 0; ) {
                    w.awaitTurn(i);
                    ended.add(i);
                    w.endTurn(i);
                }
            });
        }
        assertThat(ended).hasSize(50).isSorted();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void showsEachWorkerWhatTheOthersWroteBeforeTheBarrier(int threads) {
        int[] written = new int[threads];
        AtomicInteger wrong = new AtomicInteger();

        try (Workers workers = new Workers(threads)) {
            workers.run(w -> {
                for (int round = 1; round <= 2000; round++) {
                    written[w.index()] = round;
                    w.await();
                    for (int seen : written) {
                        if (seen != round) {
                            wrong.incrementAndGet();
                        }
                    }
                    w.await();
                }
            });
        }

        assertThat(wrong).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void oneWorkerRunsAheadWhereThereIsNothingToShare(int threads) {
        int[] written = new int[threads];
        int[] sums = new int[2];
        AtomicInteger turns = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();

        try (Workers workers = new Workers(threads)) {
            workers.run(w -> {
                for (int round = 1; round <= 2000; round++) {
                    written[w.index()] = round;
                    w.await(1);
                    for (int i; (i = w.next(1)) >= 0; ) {
                        sums[0] = Arrays.stream(written).sum();
                        turns.incrementAndGet();
                    }
                    w.await(0);
                    w.await(1);
                    for (int i; (i = w.next(1)) >= 0; ) {
                        sums[1] = sums[0] + 1;
                    }
                    w.await(5);
                    if (sums[1] != threads * round + 1) {
                        wrong.incrementAndGet();
                    }
                    w.await();
                }
            });
        }

        assertThat(wrong).hasValue(0);
        assertThat(turns).hasValue(2000);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void aRegionMayEndBehindABarrierWithNothingToShare(int threads) {
        AtomicInteger turns = new AtomicInteger();

        try (Workers workers = new Workers(threads)) {
            for (int region = 0; region < 500; region++) {
                workers.run(w -> {
                    w.await(1);
                    for (int i; (i = w.next(1)) >= 0; ) {
                        turns.incrementAndGet();
                    }
                });
            }
        }

        assertThat(turns).hasValue(500);
    }

    @Test
    void releasesThoseWhoWaitForAWorkerThatRunsAheadAndFails() {
        IllegalArgumentException thrown = new IllegalArgumentException("broken");

        try (Workers workers = new Workers(3)) {
            for (int region = 0; region < 100; region++) {
                assertThatThrownBy(() ->
                                workers.run(w -> {
                                    w.await(1);
                                    for (int i; (i = w.next(1)) >= 0; ) {
                                        throw thrown;
                                    }
                                    w.await();
                                }))
                        .isSameAs(thrown);
            }
        }
    }

    @Test
    void runsOnAsManyWorkersAsTheSizeSays() {
        TeamSize size = new TeamSize(3);
        AtomicInteger inside = new AtomicInteger();
        AtomicIntegerArray regions = new AtomicIntegerArray(4);
        AtomicInteger wrong = new AtomicInteger();

        try (Workers workers = new Workers(3)) {
            while (regions.get(1) < 100) { // alone is fastest where there is nothing to do
                inside.set(0);
                int expected = size.next();
                workers.run(
                        w -> {
                            inside.incrementAndGet();
                            w.await();
                            if (w.count() != expected || w.index() >= expected) {
                                wrong.incrementAndGet();
                            }
                        },
                        size,
                        () -> 1);
                wrong.addAndGet(Math.abs(inside.get() - expected));
                regions.incrementAndGet(expected);
            }
            workers.run(w -> inside.addAndGet(10));
        }

        assertThat(wrong).hasValue(0);
        assertThat(regions.get(3)).as("on all").isPositive();
        assertThat(inside.get()).as("all of them, when no size is given").isEqualTo(31);
    }

    @Test
    void numbersTheWorkersAndCountsTheCaller() {
        Set<Integer> indices = ConcurrentHashMap.newKeySet();
        Thread caller = Thread.currentThread();
        List<Integer> callersIndex = new ArrayList<>();

        try (Workers workers = new Workers(3)) {
            assertThat(workers.count()).isEqualTo(3);
            workers.run(w -> {
                assertThat(w.count()).isEqualTo(3);
                indices.add(w.index());
                if (Thread.currentThread() == caller) {
                    callersIndex.add(w.index());
                }
            });
        }

        assertThat(indices).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(callersIndex).containsExactly(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void rethrowsAWorkersExceptionAndReleasesThoseWhoWait(int failing) {
        IllegalArgumentException thrown = new IllegalArgumentException("broken");

        try (Workers workers = new Workers(3)) {
            assertThatThrownBy(() ->
                            workers.run(w -> {
                                w.next(5);
                                if (w.index() == failing) {
                                    throw thrown;
                                }
                                w.await();
                            }))
                    .isSameAs(thrown);

            AtomicInteger sum = new AtomicInteger();
            workers.run(w -> {
                for (int i; (i = w.next(100)) >= 0; ) {
                    sum.addAndGet(i);
                }
                w.await();
            });
            assertThat(sum).as("the team is still usable").hasValue(4950);
        }
    }

    @Test
    void rethrowsErrors() {
        try (Workers workers = new Workers(2)) {
            assertThatThrownBy(() ->
                            workers.run(w -> {
                                if (w.index() == 1) {
                                    throw new StackOverflowError("deep");
                                }
                                while (w.next(1) < 0) {
                                    Thread.onSpinWait();
                                }
                                w.await();
                            }))
                    .isInstanceOf(StackOverflowError.class);
        }
    }

    @Test
    void namesABarrierThatCanNeverOpen() {
        try (Workers workers = new Workers(2)) {
            assertThatThrownBy(() ->
                            workers.run(w -> {
                                if (w.index() == 0) {
                                    w.await();
                                }
                            }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("worker 0 waits for workers that have left the region");
        }
    }

    @Test
    void runsRegionsOfSeveralCallersOneAfterTheOther() throws InterruptedException {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        AtomicInteger regions = new AtomicInteger();

        try (Workers workers = new Workers(2)) {
            List<Thread> callers = new ArrayList<>();
            for (int c = 0; c < 4; c++) {
                callers.add(
                        Thread.ofPlatform()
                                .start(() -> {
                                    for (int i = 0; i < 200; i++) {
                                        workers.run(w -> {
                                            if (inside.incrementAndGet() > 2) {
                                                wrong.incrementAndGet();
                                            }
                                            w.await();
                                            inside.decrementAndGet();
                                        });
                                        regions.incrementAndGet();
                                    }
                                }));
            }
            for (Thread caller : callers) {
                caller.join();
            }
        }

        assertThat(wrong).hasValue(0);
        assertThat(regions).hasValue(800);
    }

    @Test
    void refusesARegionInsideARegion() {
        try (Workers workers = new Workers(2)) {
            assertThatThrownBy(() -> workers.run(w -> workers.run(v -> {})))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("a region cannot start another region of its own team");
            assertThatThrownBy(() -> workers.run(w -> close(workers)))
                    .hasMessage("a region cannot close its own team");
        }
    }

    private static void close(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void leavesNoThreadBehindAndRefusesWorkAfterClose() {
        Workers workers = new Workers(4);
        workers.run(w -> {});

        workers.close();
        workers.close();

        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("altiplano-worker"));
        assertThatThrownBy(() -> workers.run(w -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the team of workers is closed");
    }

    @Test
    void usesNoProcessorTimeWhenIdle() throws InterruptedException {
        try (Workers workers = new Workers(3)) {
            workers.run(w -> {});
            Thread.sleep(50); // they spin for a moment first

            long before = cpuNanosOfWorkers();
            Thread.sleep(200);

            assertThat(cpuNanosOfWorkers() - before).isLessThan(5_000_000);
        }
    }

    private static long cpuNanosOfWorkers() {
        var threads = ManagementFactory.getThreadMXBean();
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("altiplano-worker"))
                .mapToLong(thread -> threads.getThreadCpuTime(thread.threadId()))
                .sum();
    }

    @Test
    void needsAtLeastOneWorker() {
        assertThatThrownBy(() -> new Workers(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a team has 1 to 65535 workers, not 0");
    }
}
