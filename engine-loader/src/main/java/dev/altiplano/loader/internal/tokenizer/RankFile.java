package dev.altiplano.loader.internal.tokenizer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.altiplano.loader.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads Meta's {@code tokenizer.model} of Llama 4: a line {@code <base64 of the bytes> <rank>} for
 * each of 200 000 tokens, ranks rising from 0, id = rank.
 *
 * <p>Split pattern and special tokens are not in the file; they are Llama 4's. A file with another
 * number of lines belongs to another model and is refused, because its pattern would be a guess.
 */
final class RankFile {
    static final int RANKS = 200_000;
    private static final long MAX_BYTES = 64 << 20;

    /** The pattern that Llama 4 shares with o200k. Source: {@code O200K_PATTERN}, same file. */
    private static final String PATTERN =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*"
                    + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
                    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
                    + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
                    + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private final String name;
    private final Vocabulary.Builder vocabulary = new Vocabulary.Builder();
    private int line;

    private RankFile(String name) {
        this.name = name;
    }

    static TokenEncoding read(Path file) {
        var reader = new RankFile(String.valueOf(file.getFileName()));
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new CheckpointException(
                        "%s: has %d bytes, expected at most %d".formatted(reader.name, size, MAX_BYTES));
            }
            return reader.parse(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new CheckpointException(reader.name + ": cannot be read: " + e, e);
        }
    }

    private TokenEncoding parse(byte[] text) {
        for (int start = 0; start < text.length; line++) {
            int end = start;
            while (end < text.length && text[end] != '\n') {
                end++;
            }
            addLine(text, start, end);
            start = end + 1;
        }
        if (line != RANKS) {
            throw new CheckpointException(
                    "%s: has %d ranks, expected %d (Llama 4)".formatted(name, line, RANKS));
        }
        Vocabulary tokens = vocabulary.build();
        try {
            return new TokenEncoding(
                    new BytePairRules(tokens, new RankedConcatenation(tokens), true, new BitSet()),
                    new TextSplitter(List.of(SplitPattern.compile(PATTERN)), name),
                    new TextNormalizer(List.of()),
                    specials());
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(name + ": " + e.getMessage(), e);
        }
    }

    private void addLine(byte[] text, int start, int end) {
        int space = start;
        while (space < end && text[space] != ' ') {
            space++;
        }
        String rank = space == end ? "" : shown(text, space + 1, end);
        if (!rank.equals(Integer.toString(line))) {
            throw fault("is '%s'".formatted(shown(text, start, end)), "'<base64> %d'".formatted(line));
        }
        byte[] token = decode(text, start, space);
        if (line >= RANKS) {
            throw fault("is one too many", "%d lines (Llama 4)".formatted(RANKS));
        }
        if (!vocabulary.hasRoomFor(token.length)) {
            throw fault("has %d bytes".formatted(token.length), "a shorter token");
        }
        if (!vocabulary.add(line, token, token.length)) {
            throw fault("has the bytes of an earlier line", "other bytes in each line");
        }
    }

    private byte[] decode(byte[] text, int start, int end) {
        byte[] token = new byte[0];
        try {
            if ((end - start) % 4 == 0) {
                token = Base64.getDecoder().decode(Arrays.copyOfRange(text, start, end));
            }
        } catch (IllegalArgumentException e) {
            token = new byte[0]; // as if nothing had been there: the fault is the same
        }
        if (token.length == 0) {
            throw fault("has the token '%s'".formatted(shown(text, start, end)), "base64 of some bytes");
        }
        return token;
    }

    private CheckpointException fault(String found, String expected) {
        return new CheckpointException(
                "%s: line %d %s, expected %s".formatted(name, line + 1, found, expected));
    }

    private static String shown(byte[] text, int start, int end) {
        String shown = new String(text, start, Math.min(end - start, 40), ISO_8859_1);
        return shown.replaceAll("\\p{Cntrl}", "?") + (end - start > 40 ? "…" : "");
    }

    private static SortedMap<Integer, AddedToken> specials() {
        SortedMap<Integer, AddedToken> specials = new TreeMap<>();
        for (String name : Llama4Specials.names()) {
            int id = RANKS + specials.size();
            specials.put(id, AddedToken.special(id, name));
        }
        return specials;
    }
}
