package dev.altiplano.loader;

import java.util.List;
import java.util.OptionalInt;

/**
 * Token ids with a meaning, as {@code config.json} names them.
 *
 * @param bos begins a text, {@code bos_token_id}
 * @param eos each of them ends a text, {@code eos_token_id}; ids that lie outside the vocabulary
 *     are kept, since they can never be chosen
 * @param pad fills up a batch, {@code pad_token_id}; not needed here
 */
public record SpecialIds(OptionalInt bos, List<Integer> eos, OptionalInt pad) {
    /** Checks that no id is negative. */
    public SpecialIds {
        eos = List.copyOf(eos);
        requireId("bos_token_id", bos.orElse(0));
        requireId("pad_token_id", pad.orElse(0));
        eos.forEach(id -> requireId("eos_token_id", id));
    }

    private static void requireId(String name, int id) {
        if (id < 0) {
            throw new IllegalArgumentException("%s is %d, expected 0 or more".formatted(name, id));
        }
    }
}
