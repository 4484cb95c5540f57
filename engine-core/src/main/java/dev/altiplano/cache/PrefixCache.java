package dev.altiplano.cache;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
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
    private final KvStore store;
    private final PrefixBorders borders;
    private final PrefixKey root;
    private final @Nullable PrefixFolder folder;
    private final long budget; // in pages
    private final Map<PrefixKey, PrefixEntry> entries = new HashMap<>();
    private final TreeMap<Long, PrefixEntry> leaves = new TreeMap<>(); // by last use
    private long kept;
    private long clock;

    /**
     * @param root of all keys
     * @param folder where entries outlive the process; null for nowhere
     * @param budgetBytes most bytes of pages to keep; 0 switches the cache off
     */
    PrefixCache(
            KvStore store,
            PrefixBorders borders,
            PrefixKey root,
            @Nullable PrefixFolder folder,
            long budgetBytes) {
        this.store = store;
        this.borders = borders;
        this.root = root;
        this.folder = folder;
        this.budget = budgetBytes / store.layout().pageBytes();
    }

    /** The key of an empty sequence. */
    PrefixKey root() {
        return root;
    }

    /** Whether anything can be kept. */
    boolean isOn() {
        return budget > 0;
    }

    PrefixBorders borders() {
        return borders;
    }

    /** Forgets everything. */
    public synchronized void clear() {
        while (giveUpOldest()) {
            // pages that sequences read stay with them
        }
    }

    /**
     * Whether there is an entry, in memory or on disk; one on disk is read.
     *
     * @param parent key of the entry that it goes on from
     * @param start where it goes on
     * @param end where it ends
     */
    synchronized boolean holds(PrefixKey parent, PrefixKey key, int start, int end) {
        if (entries.containsKey(key)) {
            return true;
        }
        if (folder == null || start > 0 && !entries.containsKey(parent) || !folder.holds(key)) {
            return false;
        }
        PrefixEntry entry = new PrefixEntry(key, entries.get(parent), start, end, List.of());
        return read(folder, entry);
    }

    private boolean read(PrefixFolder from, PrefixEntry empty) {
        if (!makeRoom(empty, store.pageCount(empty.start, empty.end))) {
            return false;
        }
        List<List<Page>> pages;
        try {
            pages = store.takeKept(empty.start, empty.end);
        } catch (CacheFullException e) { // sequences have everything
            return false;
        }
        PrefixEntry entry = new PrefixEntry(empty.key, empty.parent, empty.start, empty.end, pages);
        boolean read = from.read(entry.key, pages.stream().flatMap(List::stream).toList());
        @Nullable PrefixEntry parent = entry.parent;
        if (!read || parent != null && !entries.containsKey(parent.key)) { // may have made room
            drop(entry);
            return false;
        }
        add(entry);
        return true;
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
        if (!makeRoom(entry, entry.pageCount())) {
            return;
        }
        entry.pages.forEach(pages -> pages.forEach(page -> page.store.keep(page)));
        add(entry);
        if (folder != null) {
            folder.write(entry, store);
        }
    }

    private void add(PrefixEntry entry) {
        kept += entry.pageCount();
        @Nullable PrefixEntry parent = entry.parent;
        if (parent != null) {
            if (parent.children++ == 0) {
                leaves.remove(parent.used);
            }
            parent.used = clock + 1;
        }
        entry.used = clock;
        clock += 2;
        leaves.put(entry.used, entry);
        entries.put(entry.key, entry);
    }

    private boolean makeRoom(PrefixEntry wanted, long pages) {
        while (kept + pages > budget) {
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
        drop(entry);
        kept -= entry.pageCount();
        @Nullable PrefixEntry parent = entry.parent;
        if (parent != null && --parent.children == 0) {
            leaves.put(parent.used, parent);
        }
    }

    private static void drop(PrefixEntry entry) {
        entry.pages.forEach(pages -> pages.forEach(page -> page.store.drop(page)));
    }
}
