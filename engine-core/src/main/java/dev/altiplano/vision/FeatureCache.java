package dev.altiplano.vision;

import dev.altiplano.kernels.Rows;

import org.jspecify.annotations.Nullable;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The features of pictures that were looked at lately, by what the pictures show. May be shared by
 * threads; features of one picture are computed by one of them while the others wait.
 */
public final class FeatureCache {
    private static final long PATIENCE_MILLIS = 20;

    private final long most;
    private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /**
     * @param most bytes of features at most; 0 keeps none
     */
    public FeatureCache(long most) {
        this.most = most;
    }

    private static final class Entry {
        private final ReentrantLock turn = new ReentrantLock();
        private @Nullable Rows features; // guarded by turn
        private long counted; // guarded by the cache
    }

    /**
     * The features of a picture.
     *
     * @param digest of everything that decides its features
     * @param cancel asked while another thread computes them; null when nobody cancels
     * @param compute makes them when they are not known; may throw, which leaves them unknown
     * @throws CancellationException if cancelled while waiting
     */
    public Rows get(String digest, @Nullable BooleanSupplier cancel, Supplier<Rows> compute) {
        Entry entry = entry(digest);
        enter(entry, cancel);
        try {
            Rows features = entry.features;
            if (features == null) {
                features = compute.get();
                entry.features = features;
                count(digest, entry, features);
            }
            return features;
        } finally {
            if (entry.features == null) {
                forget(digest, entry);
            }
            entry.turn.unlock();
        }
    }

    /** Drops an entry that holds nothing; who waits for it computes for himself. */
    private synchronized void forget(String digest, Entry entry) {
        entries.remove(digest, entry);
    }

    private static void enter(Entry entry, @Nullable BooleanSupplier cancel) {
        boolean interrupted = false;
        while (true) {
            try {
                if (entry.turn.tryLock(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true; // not our business: whoever asked sees it afterwards
            }
            if (cancel != null && cancel.getAsBoolean()) {
                restore(interrupted);
                throw new CancellationException(
                        "cancelled while another thread looks at a picture");
            }
        }
        restore(interrupted);
    }

    private static void restore(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Entry entry(String digest) {
        return entries.computeIfAbsent(digest, _ -> new Entry());
    }

    private synchronized void count(String digest, Entry entry, Rows features) {
        if (entries.get(digest) == entry) { // not dropped in the meantime
            entry.counted = (long) Float.BYTES * features.capacity() * features.width();
            bytes += entry.counted;
        }
        Iterator<Entry> oldest = entries.values().iterator();
        while (bytes > most && oldest.hasNext()) {
            Entry candidate = oldest.next();
            if (candidate.counted > 0) {
                bytes -= candidate.counted;
                oldest.remove();
            }
        }
    }

    /** How many pictures are known or being looked at. */
    synchronized int size() {
        return entries.size();
    }

    /** Bytes of the features that are kept. */
    public synchronized long bytes() {
        return bytes;
    }
}
