package dev.altiplano.loader.internal.tokenizer;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Byte strings by id and ids by byte string, in flat arrays: 200 000 tokens take 8 MB.
 *
 * <p>An entry is one {@code long}: 27 bits start in the pool, 16 bits length, 21 bits id. The hash
 * table holds entries, so that a look-up touches the table and the pool only. Ids may have gaps. The
 * hash is salted: no file can be made to collide.
 */
final class Vocabulary {
    /** Ids lie below this: eight times the largest published vocabulary, and arrays stay small. */
    static final int MAX_IDS = 1 << 21;

    private static final long SALT = ThreadLocalRandom.current().nextLong();
    private static final long ABSENT = -1;
    private static final int NONE = -1;

    private final byte[] pool;
    private final long[] entries; // by id, ABSENT for a gap
    private final long[] slots; // by hash of the bytes, linear probing
    private final int longest;

    private Vocabulary(Builder builder) {
        pool = Arrays.copyOf(builder.pool, builder.used);
        entries = Arrays.copyOf(builder.entries, builder.size);
        slots = builder.slots;
        longest = builder.longest;
    }

    /** The highest id plus one. */
    int size() {
        return entries.length;
    }

    /** Whether this id, which may lie outside, has an entry. */
    boolean contains(int id) {
        return id >= 0 && id < entries.length && entries[id] != ABSENT;
    }

    /** The bytes of an id that has an entry, as a new array. */
    byte[] bytes(int id) {
        int start = start(entries[id]);
        return Arrays.copyOfRange(pool, start, start + length(entries[id]));
    }

    /** The id of {@code text[0, length)}, or -1. */
    int find(byte[] text, int length) {
        if (length > longest) {
            return NONE;
        }
        long entry = slots[slotOf(slots, pool, text, length)];
        return entry == ABSENT ? NONE : id(entry);
    }

    /** The id of the bytes of {@code left} followed by those of {@code right}, or -1. */
    int findConcatenation(int left, int right) {
        long a = entries[left];
        long b = entries[right];
        int length = length(a) + length(b);
        if (length > longest) {
            return NONE;
        }
        long hash = hash(hash(SALT, pool, start(a), length(a)), pool, start(b), length(b));
        int mask = slots.length - 1;
        int slot = finish(hash) & mask;
        while (slots[slot] != ABSENT) {
            if (isConcatenation(slots[slot], a, b)) {
                return id(slots[slot]);
            }
            slot = (slot + 1) & mask;
        }
        return NONE;
    }

    /** Whether this id, which may lie outside, has the bytes of {@code left} and {@code right}. */
    boolean isConcatenation(int id, int left, int right) {
        return contains(id) && isConcatenation(entries[id], entries[left], entries[right]);
    }

    private boolean isConcatenation(long whole, long a, long b) {
        int border = start(whole) + length(a);
        return length(whole) == length(a) + length(b)
                && same(pool, start(whole), pool, start(a), length(a))
                && same(pool, border, pool, start(b), length(b));
    }

    private static long entry(int id, int start, int length) {
        return (long) start << 37 | (long) length << 21 | id;
    }

    private static int id(long entry) {
        return (int) entry & (MAX_IDS - 1);
    }

    private static int length(long entry) {
        return (int) (entry >>> 21) & 0xFFFF;
    }

    private static int start(long entry) {
        return (int) (entry >>> 37);
    }

    private static int slotOf(long[] slots, byte[] pool, byte[] text, int length) {
        int mask = slots.length - 1;
        int slot = finish(hash(SALT, text, 0, length)) & mask;
        while (slots[slot] != ABSENT) {
            long entry = slots[slot];
            if (length(entry) == length && same(pool, start(entry), text, 0, length)) {
                break;
            }
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** For a few bytes this is faster than Arrays.equals, by far so before it is compiled well. */
    private static boolean same(byte[] a, int aStart, byte[] b, int bStart, int length) {
        for (int i = 0; i < length; i++) {
            if (a[aStart + i] != b[bStart + i]) {
                return false;
            }
        }
        return true;
    }

    private static long hash(long seed, byte[] text, int from, int length) {
        long hash = seed;
        for (int i = from; i < from + length; i++) {
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
        /** Bytes of one token and of all tokens, given by the layout of an entry. */
        static final int MAX_LENGTH = 0xFFFF;

        private static final int MAX_POOL = 1 << 27;

        private byte[] pool = new byte[1 << 12];
        private int used;
        private long[] entries = new long[0];
        private long[] slots = filled(1 << 10);
        private int longest;
        private int size;
        private int count;

        /** Whether the id is taken. */
        boolean contains(int id) {
            return id < size && entries[id] != ABSENT;
        }

        /** Whether this many bytes can be added. */
        boolean hasRoomFor(int length) {
            return length <= MAX_LENGTH && length <= MAX_POOL - used;
        }

        /**
         * Adds bytes that text can be encoded to, if there is room.
         *
         * @return false if another id has the same bytes; nothing is added then
         */
        boolean add(int id, byte[] text, int length) {
            if (2 * (count + 1) > slots.length) {
                rehash(2 * slots.length);
            }
            int slot = slotOf(slots, pool, text, length);
            if (slots[slot] != ABSENT) {
                return false;
            }
            store(id, text, length);
            slots[slot] = entries[id];
            longest = Math.max(longest, length);
            count++;
            return true;
        }

        /** Adds bytes that an id decodes to but that no text is encoded to, if there is room. */
        void addUnreachable(int id, byte[] text) {
            store(id, text, text.length);
        }

        Vocabulary build() {
            return new Vocabulary(this);
        }

        private void store(int id, byte[] text, int length) {
            if (id >= entries.length) {
                int old = entries.length;
                int capacity = Math.max(id + 1, Math.min(MAX_IDS, 2 * old));
                entries = Arrays.copyOf(entries, capacity);
                Arrays.fill(entries, old, capacity, ABSENT);
            }
            if (pool.length - used < length) {
                pool = Arrays.copyOf(pool, Math.max(2 * pool.length, used + length));
            }
            System.arraycopy(text, 0, pool, used, length);
            entries[id] = entry(id, used, length);
            used += length;
            size = Math.max(size, id + 1);
        }

        private void rehash(int capacity) {
            long[] old = slots;
            slots = filled(capacity);
            int mask = capacity - 1;
            for (long entry : old) {
                if (entry != ABSENT) {
                    int slot = finish(hash(SALT, pool, start(entry), length(entry))) & mask;
                    while (slots[slot] != ABSENT) {
                        slot = (slot + 1) & mask;
                    }
                    slots[slot] = entry;
                }
            }
        }

        private static long[] filled(int capacity) {
            long[] slots = new long[capacity];
            Arrays.fill(slots, ABSENT);
            return slots;
        }
    }
}
