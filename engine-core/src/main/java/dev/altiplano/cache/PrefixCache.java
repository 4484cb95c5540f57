package dev.altiplano.cache;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Beginnings of sequences that were read before. A sequence that begins alike takes over their
 * pages instead of reading the tokens again.
 *
 * <p>Only what was read in the blocks that any sequence would use is put in, and sequences are
 * taken up at the ends of such blocks only: a hit gives the same bits as no hit.
 *
 * <p><b>Threads.</b> Any.
 */
public final class PrefixCache {
    private final long pageBytes;
    private final PrefixBorders borders;
    private final long budget; // in pages
    private final Map<PrefixKey, PrefixEntry> entries = new HashMap<>();
    private final TreeMap<Long, PrefixEntry> leaves = new TreeMap<>(); // by last use
    private long kept;
    private long clock;

    /**
     * @param pageBytes size of a page
     * @param budgetBytes most bytes of pages to keep; 0 switches the cache off
     */
    PrefixCache(long pageBytes, PrefixBorders borders, long budgetBytes) {
        this.pageBytes = pageBytes;
        this.borders = borders;
        this.budget = budgetBytes / pageBytes;
    }

    /** Whether anything can be kept. */
    boolean isOn() {
        return budget > 0;
    }

    PrefixBorders borders() {
        return borders;
    }

    /** Bytes of pages that are kept, those that sequences read too included. */
    public synchronized long keptBytes() {
        return kept * pageBytes;
    }

    /** Forgets everything. */
    public synchronized void clear() {
        while (giveUpOldest()) {
            // pages that sequences read stay with them
        }
    }

    /** Whether there is an entry of that key. */
    synchronized boolean holds(PrefixKey key) {
        return entries.containsKey(key);
    }

    /**
     * Lets a sequence go on from the end of an entry.
     *
     * @param cache stands at a border that the entry's sequence has passed
     * @return false if the entry is no longer there
     */
    synchronized boolean adopt(PrefixKey key, KvCache cache) {
        PrefixEntry last = entries.get(key);
        if (last == null) {
            return false;
        }
        Deque<PrefixEntry> chain = new ArrayDeque<>();
        for (PrefixEntry e = last; e != null; e = e.parent) {
            if (e.end > cache.position()) {
                chain.addFirst(e);
            }
            if (e.children == 0) {
                leaves.remove(e.used);
            }
            e.used = clock++; // an entry is younger than those that go on from it
            if (e.children == 0) {
                leaves.put(e.used, e);
            }
        }
        cache.adopt(chain);
        return true;
    }

    /**
     * Keeps what a sequence has read since the border before, if there is room and the entry before
     * it is still there.
     *
     * @param parent key at that border
     * @param start that border
     * @param cache stands at the next border
     */
    synchronized void keep(PrefixKey parent, PrefixKey key, int start, KvCache cache) {
        PrefixEntry before = entries.get(parent);
        if (entries.containsKey(key) || before == null && start > 0) {
            return;
        }
        PrefixEntry entry =
                new PrefixEntry(key, before, start, cache.position(), cache.pagesSince(start));
        if (!makeRoom(entry)) {
            return;
        }
        entry.pages.forEach(pages -> pages.forEach(page -> page.store.keep(page)));
        kept += entry.pageCount();
        if (before != null) {
            if (before.children++ == 0) {
                leaves.remove(before.used);
            }
            before.used = clock + 1;
        }
        entry.used = clock;
        clock += 2;
        leaves.put(entry.used, entry);
        entries.put(key, entry);
    }

    private boolean makeRoom(PrefixEntry wanted) {
        while (kept + wanted.pageCount() > budget) {
            PrefixEntry oldest = leaves.isEmpty() ? null : leaves.firstEntry().getValue();
            if (oldest == null || oldest == wanted.parent) {
                return false;
            }
            giveUp(oldest);
        }
        return true;
    }

    /** Lets go of the entry that was not used for the longest time; false if there is none. */
    synchronized boolean giveUpOldest() {
        if (leaves.isEmpty()) {
            return false;
        }
        giveUp(leaves.firstEntry().getValue());
        return true;
    }

    private void giveUp(PrefixEntry entry) {
        leaves.remove(entry.used);
        entries.remove(entry.key);
        entry.pages.forEach(pages -> pages.forEach(page -> page.store.drop(page)));
        kept -= entry.pageCount();
        @Nullable PrefixEntry parent = entry.parent;
        if (parent != null && --parent.children == 0) {
            leaves.put(parent.used, parent);
        }
    }

    /** Entries, for tests. */
    synchronized List<PrefixKey> keys() {
        return new ArrayList<>(entries.keySet());
    }
}
