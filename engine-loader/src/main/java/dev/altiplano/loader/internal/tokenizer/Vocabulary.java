package dev.altiplano.loader.internal.tokenizer;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Byte strings by id and ids by byte string, in flat arrays: 200 000 tokens take 6 MB.
 *
 * <p>Ids may have gaps. The hash is salted, so that a file cannot be made to collide.
 */
final class Vocabulary {
    /** Ids lie below this: eight times the largest published vocabulary, and arrays stay small. */
    static final int MAX_IDS = 1 << 21;

    private static final long SALT = ThreadLocalRandom.current().nextLong();
    private static final int ABSENT = -1;

    private final byte[] pool;
    private final int[] start; // by id, ABSENT for a gap
    private final int[] length;
    private final int[] slots; // id of a byte string, by hash, linear probing
    private final int longest;
    private final int size;

    private Vocabulary(Builder builder) {
        pool = Arrays.copyOf(builder.pool, builder.used);
        size = builder.size;
        start = Arrays.copyOf(builder.start, size);
        length = Arrays.copyOf(builder.length, size);
        slots = builder.slots;
        longest = builder.longest;
    }

    /** The highest id plus one. */
    int size() {
        return size;
    }

    /** Whether this id, which may lie outside, has an entry. */
    boolean contains(int id) {
        return id >= 0 && id < size && start[id] != ABSENT;
    }

    /** The bytes of an id that has an entry, as a new array. */
    byte[] bytes(int id) {
        return Arrays.copyOfRange(pool, start[id], start[id] + length[id]);
    }

    /** The id of {@code text[from, to)}, or -1. */
    int find(byte[] text, int from, int to) {
        if (to - from > longest) {
            return ABSENT;
        }
        int mask = slots.length - 1;
        for (int slot = finish(hash(SALT, text, from, to)) & mask; ; slot = (slot + 1) & mask) {
            int id = slots[slot];
            if (id == ABSENT || equals(id, text, from, to)) {
                return id;
            }
        }
    }

    /** The id of the bytes of {@code left} followed by those of {@code right}, or -1. */
    int findConcatenation(int left, int right) {
        int leftLength = length[left];
        int rightLength = length[right];
        if (leftLength + rightLength > longest) {
            return ABSENT;
        }
        int a = start[left];
        int b = start[right];
        long hash = hash(hash(SALT, pool, a, a + leftLength), pool, b, b + rightLength);
        int mask = slots.length - 1;
        for (int slot = finish(hash) & mask; ; slot = (slot + 1) & mask) {
            int id = slots[slot];
            if (id == ABSENT) {
                return ABSENT;
            }
            int s = start[id];
            int border = s + leftLength;
            if (length[id] == leftLength + rightLength
                    && Arrays.equals(pool, s, border, pool, a, a + leftLength)
                    && Arrays.equals(pool, border, border + rightLength, pool, b, b + rightLength)) {
                return id;
            }
        }
    }

    private boolean equals(int id, byte[] text, int from, int to) {
        int s = start[id];
        return Arrays.equals(pool, s, s + length[id], text, from, to);
    }

    private static long hash(long hash, byte[] text, int from, int to) {
        for (int i = from; i < to; i++) {
            hash = (hash ^ text[i]) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29; // multiplication alone never moves high bits down
        }
        return hash;
    }

    private static int finish(long hash) {
        return (int) (hash ^ (hash >>> 32));
    }

    /** Collects the entries; not for use by several threads. */
    static final class Builder {
        private byte[] pool = new byte[1 << 12];
        private int used;
        private int[] start = new int[0];
        private int[] length = new int[0];
        private int[] slots = filled(1 << 10);
        private int longest;
        private int size;
        private int entries;

        /** Whether the id is taken. */
        boolean contains(int id) {
            return id < size && start[id] != ABSENT;
        }

        /**
         * Adds bytes that text can be encoded to.
         *
         * @return false if another id has the same bytes; nothing is added then
         */
        boolean add(int id, byte[] text, int count) {
            if (2 * (entries + 1) > slots.length) {
                rehash(2 * slots.length);
            }
            int slot = slotOf(text, count);
            if (slots[slot] != ABSENT) {
                return false;
            }
            store(id, text, count);
            slots[slot] = id;
            longest = Math.max(longest, count);
            entries++;
            return true;
        }

        /** Adds bytes that an id decodes to but that no text is encoded to. */
        void addUnreachable(int id, byte[] text) {
            store(id, text, text.length);
        }

        int find(byte[] text, int count) {
            return slots[slotOf(text, count)];
        }

        Vocabulary build() {
            return new Vocabulary(this);
        }

        private int slotOf(byte[] text, int count) {
            int mask = slots.length - 1;
            int slot = finish(hash(SALT, text, 0, count)) & mask;
            while (slots[slot] != ABSENT && !holds(slots[slot], text, count)) {
                slot = (slot + 1) & mask;
            }
            return slot;
        }

        private boolean holds(int id, byte[] text, int count) {
            return Arrays.equals(pool, start[id], start[id] + length[id], text, 0, count);
        }

        private void store(int id, byte[] text, int count) {
            if (id >= start.length) {
                int capacity = Math.max(id + 1, Math.min(MAX_IDS, 2 * start.length));
                int old = start.length;
                start = Arrays.copyOf(start, capacity);
                Arrays.fill(start, old, capacity, ABSENT);
                length = Arrays.copyOf(length, capacity);
            }
            if (pool.length - used < count) {
                pool = Arrays.copyOf(pool, Math.max(2 * pool.length, used + count));
            }
            System.arraycopy(text, 0, pool, used, count);
            start[id] = used;
            length[id] = count;
            used += count;
            size = Math.max(size, id + 1);
        }

        private void rehash(int capacity) {
            int[] old = slots;
            slots = filled(capacity);
            int mask = capacity - 1;
            for (int id : old) {
                if (id != ABSENT) {
                    long hash = hash(SALT, pool, start[id], start[id] + length[id]);
                    int slot = finish(hash) & mask;
                    while (slots[slot] != ABSENT) {
                        slot = (slot + 1) & mask;
                    }
                    slots[slot] = id;
                }
            }
        }

        private static int[] filled(int capacity) {
            int[] slots = new int[capacity];
            Arrays.fill(slots, ABSENT);
            return slots;
        }
    }
}
