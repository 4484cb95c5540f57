package dev.altiplano.loader.internal.tokenizer;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A tokenizer as its file describes it: added tokens, normal form, split patterns, byte pairs.
 *
 * <p>Immutable, safe for use by several threads.
 */
public final class TokenEncoding {
    private final BytePairRules rules;
    private final TextSplitter splitter;
    private final TextNormalizer normalizer;
    private final SortedMap<Integer, AddedToken> added;
    private final AddedTokenMatcher rawTokens;
    private final AddedTokenMatcher normalizedTokens;

    TokenEncoding(
            BytePairRules rules,
            TextSplitter splitter,
            TextNormalizer normalizer,
            SortedMap<Integer, AddedToken> added) {
        this.rules = rules;
        this.splitter = splitter;
        this.normalizer = normalizer;
        this.added = Collections.unmodifiableSortedMap(new TreeMap<>(added));
        var byForm = added.values().stream().collect(Collectors.partitioningBy(AddedToken::normalized));
        rawTokens = new AddedTokenMatcher(byForm.getOrDefault(false, List.of()), text -> text);
        normalizedTokens =
                new AddedTokenMatcher(byForm.getOrDefault(true, List.of()), normalizer::apply);
    }

    /** Reads a {@code .model} file of ranks, or else a {@code tokenizer.json}. */
    public static TokenEncoding read(Path file) {
        return file.toString().endsWith(".model") ? RankFile.read(file) : TokenizerJson.read(file);
    }

    /**
     * Encodes a text.
     *
     * @param specials whether the names of special tokens stand for these
     * @param words applied to what lies between them before it is encoded
     */
    public int[] encode(String text, boolean specials, UnaryOperator<String> words) {
        return new Run(specials, words).encode(text);
    }

    /** The bytes of a token, the text of an added one; none for an id without an entry. */
    public byte[] bytes(int id) {
        AddedToken token = added.get(id);
        if (token != null) {
            return token.content().getBytes(StandardCharsets.UTF_8);
        }
        Vocabulary vocabulary = rules.vocabulary();
        return vocabulary.contains(id) ? vocabulary.bytes(id) : new byte[0];
    }

    /** The highest id plus one. */
    public int size() {
        int behindAdded = added.isEmpty() ? 0 : added.lastKey() + 1;
        return Math.max(rules.vocabulary().size(), behindAdded);
    }

    /** Whether the id is an added token that is marked special. */
    public boolean isSpecial(int id) {
        AddedToken token = added.get(id);
        return token != null && token.special();
    }

    /** The texts of the special tokens by id, rising. */
    public SortedMap<Integer, String> specials() {
        SortedMap<Integer, String> specials = new TreeMap<>();
        for (AddedToken token : added.values()) {
            if (token.special()) {
                specials.put(token.id(), token.content());
            }
        }
        return specials;
    }

    /** One call of encode with its scratch. */
    private final class Run {
        private final boolean specials;
        private final UnaryOperator<String> words;
        private final Ids ids = new Ids();
        private final BytePairMerger merger = new BytePairMerger(rules);
        private byte[] piece = new byte[256];

        Run(boolean specials, UnaryOperator<String> words) {
            this.specials = specials;
            this.words = words;
        }

        int[] encode(String text) {
            String valid = Utf8.wellFormed(text);
            rawTokens.split(
                    valid,
                    specials,
                    (id, from, to) -> {
                        if (id >= 0) {
                            ids.add(id);
                        } else {
                            encodeSection(words.apply(valid.substring(from, to)));
                        }
                    });
            return ids.toArray();
        }

        private void encodeSection(String section) {
            String text = normalizer.apply(section);
            normalizedTokens.split(
                    text,
                    specials,
                    (id, from, to) -> {
                        if (id >= 0) {
                            ids.add(id);
                        } else {
                            splitter.split(text, from, to, (start, end) -> merge(text, start, end));
                        }
                    });
        }

        private void merge(String text, int from, int to) {
            if (piece.length < 3L * (to - from)) {
                piece = new byte[Math.multiplyExact(3, to - from)];
            }
            int length = Utf8.encode(text, from, to, piece);
            merger.encode(piece, length, ids);
        }
    }
}
