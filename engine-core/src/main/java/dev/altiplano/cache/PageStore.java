package dev.altiplano.cache;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The pages of a model, up to a budget.
 *
 * <p>A page that sequences read, or that one has reserved, is <i>claimed</i>; claims never exceed
 * the budget, so a sequence always gets what it has reserved. The rest of the budget may hold pages
 * that only the prefix cache keeps: they are given up when a claim needs their room.
 *
 * <p><b>Threads.</b> Any.
 */
public final class PageStore implements AutoCloseable {
    /** Slabs grow with the store, so that what is taken and not used stays below 1/32. */
    private static final int GROWTH = 32;

    private static final long MOST_SLAB_BYTES = 16L << 20;

    private final SlabSource source;
    private final long pageBytes;
    private final long budget; // in pages
    private final List<Slab> slabs = new ArrayList<>();
    private final Deque<Slab> withFree = new ArrayDeque<>();
    private BooleanSupplier giveUp = () -> false;
    private long taken; // pages of all slabs
    private long held; // pages that somebody reads or keeps
    private long read; // pages that sequences read
    private long reserved;
    private boolean closed;

    /**
     * @param budgetBytes most bytes of pages; at least one page is allowed
     */
    PageStore(SlabSource source, long pageBytes, long budgetBytes) {
        this.source = source;
        this.pageBytes = pageBytes;
        this.budget = Math.max(1, budgetBytes / pageBytes);
    }

    /**
     * What makes room when the budget is used up.
     *
     * @param giveUp lets go of pages that no sequence reads; false if it had none
     */
    void whenFull(BooleanSupplier giveUp) {
        this.giveUp = giveUp;
    }

    /** Bytes of pages that hold something. */
    public synchronized long heldBytes() {
        return held * pageBytes;
    }

    /** Bytes of pages that sequences read. */
    public synchronized long readBytes() {
        return read * pageBytes;
    }

    /** Bytes taken from the system. */
    public synchronized long takenBytes() {
        return taken * pageBytes;
    }

    long pageBytes() {
        return pageBytes;
    }

    /**
     * Claims pages before they are taken.
     *
     * @param credit claimed pages that the caller will give back before it takes any
     * @throws CacheFullException if there are not so many; nothing is claimed then
     */
    synchronized void reserve(Claim claim, long pages, long credit) {
        if (read + reserved + pages - credit > budget) {
            throw full(pages);
        }
        reserved += pages;
        claim.reserved += pages;
    }

    /** Gives up what was reserved and not taken. */
    synchronized void unreserve(Claim claim) {
        reserved -= claim.reserved;
        claim.reserved = 0;
    }

    private CacheFullException full(long pages) {
        return new CacheFullException(
                "%d more bytes of keys and values are needed, %d of %d are in use or reserved"
                        .formatted(
                                pages * pageBytes,
                                (read + reserved) * pageBytes,
                                budget * pageBytes));
    }

    /**
     * A page with undefined contents, read by one sequence.
     *
     * @throws CacheFullException if nothing is reserved and the budget is used up, or if the system
     *     gives no memory
     */
    Page take(Claim claim) {
        claim(claim);
        try {
            while (true) {
                synchronized (this) {
                    if (closed) {
                        throw new IllegalStateException("the model is closed");
                    }
                    if (held < budget) {
                        return free();
                    }
                }
                if (!giveUp.getAsBoolean()) { // without the lock: it gives pages back here
                    throw new IllegalStateException(
                            "all %d pages are kept, although not all are read".formatted(budget));
                }
            }
        } catch (Throwable e) {
            unclaim();
            throw e;
        }
    }

    /**
     * A page to write to instead of one that others read or keep: that page itself if nobody does
     * any more, else a new one, and the old one is to be released when it has been copied.
     *
     * <p>The claim on a page that no other sequence reads moves to the new page.
     */
    Page own(Page shared, Claim claim) {
        claimOwn(shared, claim);
        try {
            while (true) {
                synchronized (this) {
                    if (!shared.isShared()) {
                        unclaim();
                        return shared;
                    }
                    if (held < budget) {
                        return free();
                    }
                }
                if (!giveUp.getAsBoolean() && shared.isShared()) {
                    throw new CacheFullException(
                            "no page is left to write to, all %d are in use".formatted(budget));
                }
            }
        } catch (Throwable e) {
            unclaim();
            throw e;
        }
    }

    private synchronized void claimOwn(Page shared, Claim claim) {
        if (shared.readers > 1) {
            claim(claim);
        } else {
            read++;
        }
    }

    private synchronized void claim(Claim claim) {
        if (claim.reserved > 0) {
            claim.reserved--;
            reserved--;
        } else if (read + reserved >= budget) {
            throw full(1);
        }
        read++;
    }

    private synchronized void unclaim() {
        read--;
    }

    private Page free() {
        if (withFree.isEmpty()) {
            grow();
        }
        Slab slab = withFree.getFirst();
        Page page = slab.take();
        if (!slab.hasFree()) {
            withFree.removeFirst();
        }
        page.readers = 1;
        page.count();
        held++;
        return page;
    }

    private void grow() {
        long most = Math.max(1, MOST_SLAB_BYTES / pageBytes);
        long pages = Math.min(Math.clamp(taken / GROWTH, 1L, most), budget - held);
        Slab slab = source.take(pages * pageBytes);
        slab.cut(this, pageBytes);
        slabs.add(slab);
        withFree.addFirst(slab);
        taken += pages;
    }

    /** Adds a reading sequence. */
    synchronized void share(Page page) {
        if (page.readers++ == 0) {
            read++;
        }
        page.count();
    }

    /** Adds a reading sequence to a kept page; takes no claim if others read it already. */
    synchronized void adopt(Page page, Claim claim) {
        if (page.readers == 0) {
            claim(claim);
        }
        page.readers++;
        page.count();
    }

    /** Takes a reading sequence away. */
    synchronized void release(Page page) {
        if (--page.readers == 0) {
            read--;
        }
        settle(page);
    }

    /** Adds an entry of the prefix cache. */
    synchronized void keep(Page page) {
        page.keepers++;
        page.count();
    }

    /** Takes an entry of the prefix cache away. */
    synchronized void drop(Page page) {
        page.keepers--;
        settle(page);
    }

    private void settle(Page page) {
        page.count();
        if (page.readers > 0 || page.keepers > 0 || closed) {
            return;
        }
        held--;
        boolean wasFull = !page.slab.hasFree();
        page.slab.giveBack(page);
        if (page.slab.isUnused(pageBytes) && taken - held > mostFree()) {
            discard(page.slab);
        } else if (wasFull) {
            withFree.addFirst(page.slab);
        }
    }

    /** Free pages that are kept for the next sequence. */
    private long mostFree() {
        return Math.max(held / GROWTH, MOST_SLAB_BYTES / pageBytes);
    }

    private void discard(Slab slab) {
        slabs.remove(slab);
        withFree.remove(slab);
        taken -= slab.bytes() / pageBytes;
        slab.close();
    }

    /** Frees all pages, whoever holds them. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            slabs.forEach(Slab::close);
            slabs.clear();
            withFree.clear();
            taken = 0;
            held = 0;
        }
        source.close();
    }
}
