package dev.altiplano.cache;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Where one sequence stands in the prefix cache: the keys at the borders that it has passed while
 * it read the blocks that any sequence would read.
 *
 * <p>A sequence that was decoded token by token has other bits there, and is not kept from then on.
 */
public final class PrefixTrail {
    /** What a sequence holds; the trail reads it when it needs a key. */
    @FunctionalInterface
    public interface Content {
        /** What stands for the positions from {@code from} to before {@code to}. */
        ByteBuffer between(int from, int to);
    }

    private final PrefixCache cache;
    private final Content content;
    private final List<Passed> passed = new ArrayList<>();
    private int regular; // positions read in regular blocks from the beginning on

    private record Passed(int position, PrefixKey key) {}

    PrefixTrail(PrefixCache cache, Content content) {
        this.cache = cache;
        this.content = content;
        passed.add(new Passed(0, cache.root()));
    }

    /** The same trail for a fork. */
    public PrefixTrail fork(Content content) {
        PrefixTrail fork = new PrefixTrail(cache, content);
        fork.passed.clear();
        fork.passed.addAll(passed);
        fork.regular = regular;
        return fork;
    }

    /**
     * Moves a sequence on as far as its next tokens were read before, but leaves at least one of
     * them.
     *
     * @param length tokens of the sequence
     * @return tokens that need not be read
     */
    public int advance(KvCache keyValues, int length) {
        int from = keyValues.position();
        if (!cache.isOn() || from != regular || from != last().position()) {
            return 0;
        }
        int known = passed.size();
        while (true) {
            long next = cache.borders().after(last().position());
            if (next >= length) {
                break;
            }
            PrefixKey key = keyAt((int) next);
            if (!cache.holds(last().key(), key, last().position(), (int) next)) {
                break;
            }
            passed.add(new Passed((int) next, key));
        }
        if (passed.size() == known) {
            return 0;
        }
        boolean adopted = false;
        try {
            adopted = cache.adopt(last().key(), keyValues);
        } finally {
            if (!adopted) { // given up in the meantime, or no memory
                passed.subList(known, passed.size()).clear();
            }
            regular = Math.min(last().position(), keyValues.position());
        }
        return keyValues.position() - from;
    }

    private Passed last() {
        return passed.getLast();
    }

    private PrefixKey keyAt(int border) {
        return last().key().followedBy(content.between(last().position(), border));
    }

    /**
     * Notes a block that was read.
     *
     * @param from its first position
     * @param regularEnd where a regular block that begins there ends
     */
    public void read(KvCache keyValues, int from, int regularEnd) {
        if (from != regular || keyValues.position() != regularEnd || !cache.isOn()) {
            return;
        }
        regular = regularEnd;
        if (regularEnd != cache.borders().after(last().position())) {
            return;
        }
        PrefixKey before = last().key();
        int start = last().position();
        PrefixKey key = keyAt(regularEnd);
        cache.keep(before, key, start, keyValues);
        passed.add(new Passed(regularEnd, key));
    }

    /**
     * Notes that a sequence went back.
     *
     * @param position tokens left
     * @param blockStart the last end of a regular block that is not behind it
     */
    public void truncate(int position, int blockStart) {
        regular = Math.min(regular, blockStart);
        while (last().position() > position) {
            passed.removeLast();
        }
    }
}
