package dev.altiplano.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

class PageStoreTest {
    private static final long PAGE = 4096;

    private final PageStore store = new PageStore(new OffHeap(), PAGE, 10 * PAGE);
    private final Claim claim = new Claim();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aPageComesBackWhenNobodyReadsOrKeepsIt() {
        Page page = store.take(claim);
        store.share(page);
        store.keep(page);
        assertThat(store.heldBytes()).isEqualTo(PAGE);

        store.release(page);
        store.drop(page);
        assertThat(store.heldBytes()).isEqualTo(PAGE);
        store.release(page);

        assertThat(store.heldBytes()).isZero();
        assertThat(store.take(claim)).isSameAs(page);
    }

    @Test
    void aClaimBeyondTheBudgetIsRefusedWithItsNumbers() {
        store.take(claim);
        Claim other = new Claim();
        store.reserve(other, 8, 0);

        assertThatThrownBy(() -> store.reserve(claim, 2, 0))
                .isInstanceOf(CacheFullException.class)
                .hasMessage(
                        "8192 more bytes of keys and values are needed, 36864 of 40960 are in use"
                                + " or reserved");
        store.take(claim);
        assertThatThrownBy(() -> store.take(claim)).isInstanceOf(CacheFullException.class);
        for (int i = 0; i < 8; i++) {
            store.take(other); // what was reserved is there
        }
        assertThatThrownBy(() -> store.take(other)).isInstanceOf(CacheFullException.class);
    }

    @Test
    void pagesThatAreOnlyKeptMakeRoom() {
        Deque<Page> kept = new ArrayDeque<>();
        for (int i = 0; i < 10; i++) {
            Page page = store.take(claim);
            store.keep(page);
            store.release(page);
            kept.add(page);
        }
        store.whenFull(() -> {
            if (kept.isEmpty()) {
                return false;
            }
            store.drop(kept.removeFirst());
            return true;
        });

        store.reserve(claim, 10, 0);
        for (int i = 0; i < 10; i++) {
            store.take(claim);
        }

        assertThat(kept).isEmpty();
        assertThat(store.heldBytes()).isEqualTo(10 * PAGE);
    }

    @Test
    void aPageThatTheOthersHaveLeftIsWrittenInPlace() {
        Page page = store.take(claim);
        store.share(page);
        Page copy = store.own(page, claim);
        assertThat(copy).isNotSameAs(page);
        store.release(page);

        assertThat(store.own(page, claim)).isSameAs(page);
        assertThat(store.readBytes()).isEqualTo(2 * PAGE);
    }

    @Test
    void aFullStoreCopiesAKeptPageByMakingRoom() {
        Page mine = store.take(claim);
        store.keep(mine);
        for (int i = 0; i < 9; i++) {
            store.take(claim);
        }
        store.whenFull(() -> {
            boolean kept = mine.keepers > 0;
            if (kept) {
                store.drop(mine);
            }
            return kept;
        });

        assertThat(store.own(mine, claim)).isSameAs(mine); // its keeper gave it up
        assertThat(store.readBytes()).isEqualTo(10 * PAGE);
    }

    /** Whatever is taken, shared and given back: no page has two owners, and the sums are right. */
    @Test
    void theBooksBalanceInRandomUse() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        PageStore large = new PageStore(new OffHeap(), PAGE, 20_000 * PAGE);
        List<Page> readers = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            int choice = random.nextInt(readers.isEmpty() ? 1 : random.nextInt(100) < 50 ? 3 : 2);
            switch (choice) {
                case 0 -> readers.add(large.take(claim));
                case 1 -> {
                    Page page = readers.get(random.nextInt(readers.size()));
                    large.share(page);
                    readers.add(page);
                }
                default -> large.release(removeAny(readers, random));
            }
            if (i % 40_000 == 0) {
                while (readers.size() > 10) {
                    large.release(removeAny(readers, random));
                }
            }
        }

        Set<Page> distinct = new HashSet<>(readers);
        assertThat(large.heldBytes()).as("seed %d", seed).isEqualTo(distinct.size() * PAGE);
        assertThat(large.readBytes()).as("seed %d", seed).isEqualTo(distinct.size() * PAGE);
        readers.forEach(large::release);
        assertThat(large.heldBytes()).as("seed %d", seed).isZero();
        assertThat(large.takenBytes()).as("seed %d", seed).isLessThanOrEqualTo(32L << 20);
        large.close();
        assertThat(large.takenBytes()).isZero();
    }

    private static Page removeAny(List<Page> pages, Random random) {
        int i = random.nextInt(pages.size());
        Page page = pages.get(i);
        pages.set(i, pages.getLast());
        pages.removeLast();
        return page;
    }

    @Test
    void aClosedStoreGivesNothing() {
        Page page = store.take(claim);
        store.close();
        store.release(page); // a session that is closed later

        assertThatThrownBy(() -> store.take(claim))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the model is closed");
    }
}
