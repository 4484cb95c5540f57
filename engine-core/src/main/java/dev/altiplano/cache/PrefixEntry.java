package dev.altiplano.cache;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** What the prefix cache holds of the tokens between two borders. */
final class PrefixEntry {
    final PrefixKey key;

    /** What stands before it; null at the beginning. */
    final @Nullable PrefixEntry parent;

    final int start;
    final int end;

    /** For each layer the pages that hold these positions; none in a chunk that has ended. */
    final List<List<Page>> pages;

    /** Entries that go on from here. */
    int children;

    /** When it was last used, as a number that grows. */
    long used;

    PrefixEntry(
            PrefixKey key,
            @Nullable PrefixEntry parent,
            int start,
            int end,
            List<List<Page>> pages) {
        this.key = key;
        this.parent = parent;
        this.start = start;
        this.end = end;
        this.pages = pages;
    }

    long pageCount() {
        return pages.stream().mapToLong(List::size).sum();
    }
}
