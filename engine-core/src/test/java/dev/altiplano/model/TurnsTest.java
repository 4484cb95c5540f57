package dev.altiplano.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.KeyValues;
import dev.altiplano.kernels.KvType;
import dev.altiplano.loader.Checkpoint;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Who runs which step; the steps themselves do nothing but take the time that the test says. */
class TurnsTest {
    private static final int MOST = 4;
    private static final Wish WISH = new Wish(null, false, null, () -> false);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScriptedSteps steps = new ScriptedSteps();
    private final Turns turns = new Turns(steps, MOST);
    private final Checkpoint checkpoint = Checkpoint.open(Path.of("..", "demo", "stories"));
    private final TextModel model =
            new TextModel(
                    checkpoint.config(),
                    checkpoint.text(),
                    KeyValues.of(checkpoint.config(), KvType.F32),
                    1,
                    1);

    /** Writes down what is run, and holds up each step until the test lets it go. */
    private final class ScriptedSteps implements Turns.Steps {
        final List<List<Reader>> served = new ArrayList<>();
        final List<Thread> runners = new ArrayList<>();
        final Semaphore begun = new Semaphore(0);
        final Semaphore allowed = new Semaphore(0);
        int pauses; // of each block

        @Override
        public void tokens(Reader[] readers, int count) {
            note(Arrays.asList(readers).subList(0, count));
        }

        @Override
        public void alone(Reader reader) {
            note(List.of(reader));
            for (int i = 0; i < pauses; i++) {
                if (turns.wantsPause()) {
                    turns.pause();
                }
            }
        }

        private void note(List<Reader> readers) {
            synchronized (served) {
                served.add(List.copyOf(readers));
                runners.add(Thread.currentThread());
            }
            begun.release();
            allowed.acquireUninterruptibly();
        }

        List<Integer> sizes() {
            synchronized (served) {
                return served.stream().map(List::size).toList();
            }
        }
    }

    @AfterEach
    void close() {
        steps.allowed.release(1000);
        turns.close();
        threads.shutdownNow();
        model.close();
        checkpoint.close();
    }

    @Test
    void whoeverComesWhileAStepRunsIsServedByTheNextOne() throws Exception {
        List<Future<?>> waiting = new ArrayList<>();
        waiting.add(ask(token()));
        steps.begun.acquire();
        for (int i = 0; i < 3; i++) {
            waiting.add(askAndWait(token()));
        }
        steps.allowed.release(2);
        all(waiting);

        assertThat(steps.sizes()).containsExactly(1, 3);
    }

    @Test
    void aStepServesNoMoreThanItHasRoomForAndThoseFirstWhoCameFirst() throws Exception {
        List<Future<?>> waiting = new ArrayList<>();
        waiting.add(ask(token()));
        steps.begun.acquire();
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < MOST + 2; i++) {
            readers.add(token());
            waiting.add(askAndWait(readers.getLast()));
        }
        steps.allowed.release(3);
        all(waiting);

        assertThat(steps.sizes()).containsExactly(1, MOST, 2);
        assertThat(steps.served.get(1)).isEqualTo(readers.subList(0, MOST));
    }

    @Test
    void aStepWaitsForThoseOfTheLastOneWhoAreSoonBack() throws Exception {
        Reader first = token();
        Reader second = token();
        serveTogether(first, second);
        Future<?> early = ask(first); // the last step took long, so that this one waits
        assertThat(steps.begun.tryAcquire(20, TimeUnit.MILLISECONDS)).isFalse();

        Future<?> late = ask(second);
        steps.allowed.release();
        all(List.of(early, late));

        assertThat(steps.served.getLast()).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void aStepDoesNotWaitForSomebodyWhoRests() throws Exception {
        Reader first = token();
        Reader second = token();
        serveTogether(first, second);
        Future<?> early = ask(first);
        turns.rest(second);

        steps.allowed.release();
        all(List.of(early));

        assertThat(steps.served.getLast()).containsExactly(first);
    }

    @Test
    void aStepWaitsOnceForSomebodyWhoHasBecomeSlow() throws Exception {
        Reader first = token();
        Reader slow = token();
        serveTogether(first, slow);
        steps.allowed.release(2);
        all(List.of(ask(first))); // waits for the slow one in vain
        all(List.of(ask(slow)));

        assertThat(slow.expected).isZero();
    }

    @Test
    void aBlockIsReadByItsOwnThreadAndLetsTokensInWhenItMakesAPause() throws Exception {
        steps.pauses = 1;
        Reader block = reader();
        block.want(new int[] {1, 2, 3}, 0, 3, WISH);
        Future<Thread> prompt =
                threads.submit(() -> {
                    turns.await(block);
                    return Thread.currentThread();
                });
        steps.begun.acquire();
        Future<?> one = askAndWait(token());
        Future<?> two = askAndWait(token());
        steps.allowed.release(2);
        all(List.of(one, two));

        assertThat(steps.sizes()).containsExactly(1, 2);
        assertThat(steps.runners).containsOnly(prompt.get());
    }

    @Test
    void tokensComeBeforeASecondBlock() throws Exception {
        List<Future<?>> waiting = new ArrayList<>();
        waiting.add(ask(block()));
        steps.begun.acquire();
        Reader secondBlock = block();
        waiting.add(askAndWait(secondBlock));
        Reader token = token();
        waiting.add(askAndWait(token));
        steps.allowed.release(3);
        all(waiting);

        assertThat(steps.served.get(1)).containsExactly(token);
        assertThat(steps.served.get(2)).containsExactly(secondBlock);
    }

    @Test
    void whoHasLostInterestWhileWaitingIsNotServed() throws Exception {
        Future<?> running = ask(token());
        steps.begun.acquire();
        Reader cancelled = reader();
        cancelled.want(new int[] {1}, 0, 1, new Wish(null, false, null, () -> true));
        Future<?> waiting = askAndWait(cancelled);
        steps.allowed.release();
        all(List.of(running, waiting));

        assertThat(steps.sizes()).containsExactly(1);
        assertThat(cancelled.cancelled).isTrue();
    }

    @Test
    void closingWaitsForTheStepAndRefusesThoseWhoWait() throws Exception {
        Future<?> running = ask(token());
        steps.begun.acquire();
        Reader refused = token();
        Future<?> waiting = askAndWait(refused);
        Future<?> closing = threads.submit(turns::close);
        all(List.of(waiting));

        assertThat(closing.isDone()).isFalse();
        steps.allowed.release();
        all(List.of(running, closing));
        assertThatThrownBy(refused::finish)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the model is closed");
        assertThatThrownBy(() -> turns.await(token())).hasMessage("the model is closed");
    }

    @Test
    void anInterruptedThreadIsServedAndStaysInterrupted() throws Exception {
        Future<?> running = ask(token());
        steps.begun.acquire();
        Reader reader = token();
        CountDownLatch started = new CountDownLatch(1);
        Future<Boolean> interrupted =
                threads.submit(() -> {
                    Thread.currentThread().interrupt();
                    started.countDown();
                    turns.await(reader);
                    return Thread.interrupted();
                });
        started.await();
        steps.allowed.release(2);
        all(List.of(running));

        assertThat(interrupted.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(reader.done).isTrue();
    }

    /** Two readers in one step of at least 200 ms, so that the next one waits up to 50 ms. */
    private void serveTogether(Reader first, Reader second) throws Exception {
        Future<?> blocker = ask(block());
        steps.begun.acquire();
        List<Future<?>> both = List.of(askAndWait(first), askAndWait(second));
        steps.allowed.release();
        steps.begun.acquire();
        Thread.sleep(200);
        steps.allowed.release();
        all(both);
        all(List.of(blocker));
    }

    private Reader reader() {
        return model.newReader(model.newCache());
    }

    private Reader token() {
        Reader reader = reader();
        reader.want(new int[] {1}, 0, 1, WISH);
        return reader;
    }

    private Reader block() {
        Reader reader = reader();
        reader.want(new int[] {1, 2}, 0, 2, WISH);
        return reader;
    }

    private Future<?> ask(Reader reader) {
        return threads.submit(() -> turns.await(reader));
    }

    /** Returns when the reader waits. */
    private Future<?> askAndWait(Reader reader) throws InterruptedException {
        Future<?> asked = ask(reader);
        Thread thread = reader.thread;
        while (thread == null || thread.getState() == Thread.State.RUNNABLE) {
            Thread.sleep(1);
            thread = reader.thread;
        }
        return asked;
    }

    private static void all(List<? extends Future<?>> futures)
            throws InterruptedException, ExecutionException, TimeoutException {
        for (Future<?> future : futures) {
            future.get(20, TimeUnit.SECONDS);
        }
    }
}
