package dev.altiplano.loader;

import com.sun.management.ThreadMXBean;

import java.lang.management.ManagementFactory;

/** What a call cost this thread. */
record Cost(double seconds, long bytes) {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /**
     * Runs {@code call}.
     *
     * @return seconds of processor time, so that a busy machine does not fail a test, and allocated
     *     bytes
     */
    static Cost of(Runnable call) {
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        long nanos = THREADS.getCurrentThreadCpuTime();
        call.run();
        return new Cost(
                (THREADS.getCurrentThreadCpuTime() - nanos) / 1e9,
                THREADS.getCurrentThreadAllocatedBytes() - bytes);
    }
}
