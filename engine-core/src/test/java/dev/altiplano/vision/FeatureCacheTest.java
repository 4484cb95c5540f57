package dev.altiplano.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.kernels.Rows;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

class FeatureCacheTest {
    private static final int BYTES = 4 * 2 * 8; // of features below

    private final AtomicInteger computed = new AtomicInteger();
    private final FeatureCache cache = new FeatureCache(3L * BYTES);

    private Rows get(String digest) {
        return cache.get(digest, null, this::compute);
    }

    private Rows compute() {
        computed.incrementAndGet();
        return Rows.of(2, 8);
    }

    @Test
    void computesOnce() {
        Rows first = get("a");

        assertThat(get("a")).isSameAs(first);
        assertThat(computed).hasValue(1);
        assertThat(cache.bytes()).isEqualTo(BYTES);
    }

    @Test
    void forgetsWhatWasNotAskedForLately() {
        get("a");
        get("b");
        get("c");
        get("a");
        get("d"); // b goes

        assertThat(cache.bytes()).isEqualTo(3L * BYTES);
        get("a");
        get("c");
        get("d");
        assertThat(computed).hasValue(4);
        get("b");
        assertThat(computed).hasValue(5);
    }

    @Test
    void keepsNothingThatExceedsTheBudget() {
        cache.get("large", null, () -> Rows.of(8, 8));

        assertThat(cache.size()).isZero();
        assertThat(cache.bytes()).isZero();
    }

    @Test
    void aFailureIsNotRemembered() {
        assertThatThrownBy(() ->
                        cache.get(
                                "a",
                                null,
                                () -> {
                                    throw new CancellationException("enough");
                                }))
                .isInstanceOf(CancellationException.class);
        assertThat(cache.size()).isZero();

        get("a");
        assertThat(computed).hasValue(1);
    }

    @Test
    void threadsThatWantTheSameWaitForOneOfThem() throws Exception {
        CountDownLatch all = new CountDownLatch(4);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Rows>> results = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                results.add(
                        threads.submit(() -> {
                            all.countDown();
                            all.await();
                            return get("a");
                        }));
            }
            for (Future<Rows> result : results) {
                assertThat(result.get()).isSameAs(get("a"));
            }
        }
        assertThat(computed).hasValue(1);
    }

    @Test
    void whoWaitsCanGiveUp() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<Rows> slow =
                    threads.submit(() ->
                            cache.get(
                                    "a",
                                    null,
                                    () -> {
                                        started.countDown();
                                        await(end);
                                        return compute();
                                    }));
            started.await();

            assertThatThrownBy(() -> cache.get("a", () -> true, this::compute))
                    .isInstanceOf(CancellationException.class)
                    .hasMessageContaining("another thread");
            end.countDown();
            assertThat(get("a")).isSameAs(slow.get());
        }
        assertThat(computed).hasValue(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
