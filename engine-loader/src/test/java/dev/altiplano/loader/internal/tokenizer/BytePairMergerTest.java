package dev.altiplano.loader.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two merging methods against the definition: lowest rank first, of equal ones the leftmost. */
class BytePairMergerTest {
    private static final int SEED = 71;

    private final Random random = new Random(SEED);
    private final Vocabulary.Builder tokens = new Vocabulary.Builder();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 7, 63, 64, 65, 66, 200, 1500})
    void mergeTableFollowsTheDefinitionAtEveryLength(int length) {
        for (int round = 0; round < 20; round++) {
            Vocabulary vocabulary = randomVocabulary();
            Merges merges = randomMerges(vocabulary);
            byte[] piece = randomPiece(length);

            assertThat(merged(vocabulary, merges, piece))
                    .as("seed %d, round %d", SEED, round)
                    .isEqualTo(byDefinition(vocabulary, merges, piece));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 7, 63, 64, 65, 66, 200, 1500})
    void ranksByIdFollowTheDefinitionAtEveryLength(int length) {
        Vocabulary vocabulary = randomVocabulary();
        Merges merges = new RankedConcatenation(vocabulary);
        byte[] piece = randomPiece(length);

        assertThat(merged(vocabulary, merges, piece))
                .as("seed %d", SEED)
                .isEqualTo(byDefinition(vocabulary, merges, piece));
    }

    @Test
    void ranksOfMergesNeedNotFollowIds() {
        addBytes();
        add("ab", 256);
        add("bc", 257);
        Vocabulary vocabulary = tokens.build();
        var merges = new MergeTable.Builder();
        merges.add('b', 'c', 257);
        merges.add('a', 'b', 256);

        assertThat(merged(vocabulary, merges.build(), ascii("abc"))).containsExactly('a', 257);
        assertThat(merged(vocabulary, new RankedConcatenation(vocabulary), ascii("abc")))
                .containsExactly(256, 'c');
    }

    @Test
    void aRepeatedMergeKeepsItsLastRank() {
        addBytes();
        add("ab", 256);
        add("bc", 257);
        Vocabulary vocabulary = tokens.build();
        var merges = new MergeTable.Builder();
        merges.add('b', 'c', 257);
        merges.add('a', 'b', 256);
        merges.add('b', 'c', 257);

        assertThat(merged(vocabulary, merges.build(), ascii("abc"))).containsExactly(256, 'c');
    }

    private static int[] merged(Vocabulary vocabulary, Merges merges, byte[] piece) {
        var merger = new BytePairMerger(new BytePairRules(vocabulary, merges, false, new BitSet()));
        Ids ids = new Ids();
        merger.encode(piece, piece.length, ids);
        return ids.toArray();
    }

    private static int[] byDefinition(Vocabulary vocabulary, Merges merges, byte[] piece) {
        List<Integer> ids = new ArrayList<>();
        for (byte b : piece) {
            ids.add(vocabulary.find(new byte[] {b}, 1));
        }
        while (true) {
            int best = Merges.NONE;
            int at = -1;
            for (int i = 0; i + 1 < ids.size(); i++) {
                int rank = merges.rank(ids.get(i), ids.get(i + 1));
                if (rank < best) {
                    best = rank;
                    at = i;
                }
            }
            if (at < 0) {
                return ids.stream().mapToInt(Integer::intValue).toArray();
            }
            ids.set(at, merges.result(best));
            ids.remove(/* index */ at + 1);
        }
    }

    /** All bytes, and strings of up to five letters from three, in random order of ids. */
    private Vocabulary randomVocabulary() {
        Vocabulary.Builder builder = new Vocabulary.Builder();
        for (int b = 0; b < 256; b++) {
            builder.add(b, new byte[] {(byte) b}, 1);
        }
        for (int id = 256; id < 400; id++) {
            byte[] token = randomPiece(random.nextInt(2, 6));
            builder.add(id, token, token.length);
        }
        return builder.build();
    }

    private MergeTable randomMerges(Vocabulary vocabulary) {
        var merges = new MergeTable.Builder();
        for (int i = 0; i < 20_000; i++) {
            int left = i % 2 == 0 ? random.nextInt('a', 'd') : random.nextInt(256, 400);
            int right = i % 3 == 0 ? random.nextInt(256, 400) : random.nextInt('a', 'd');
            if (vocabulary.contains(left) && vocabulary.contains(right)) {
                int result = vocabulary.findConcatenation(left, right);
                if (result >= 0) {
                    merges.add(left, right, result);
                }
            }
        }
        return merges.build();
    }

    private byte[] randomPiece(int length) {
        byte[] piece = new byte[length];
        for (int i = 0; i < length; i++) {
            piece[i] = (byte) ('a' + random.nextInt(3));
        }
        return piece;
    }

    private void addBytes() {
        for (int b = 0; b < 256; b++) {
            tokens.add(b, new byte[] {(byte) b}, 1);
        }
    }

    private void add(String text, int id) {
        tokens.add(id, ascii(text), text.length());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
