package dev.altiplano.loader;

import dev.altiplano.loader.internal.tokenizer.TokenEncoding;
import dev.altiplano.loader.internal.tokenizer.Utf8Stream;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Text to token ids and back: byte-level BPE as in {@code tokenizer.json} or Meta's {@code
 * tokenizer.model}.
 *
 * <p>Any text can be encoded, and decoding its tokens gives it back, except that U+FFFD stands for
 * a surrogate without its partner, and that a file may ask for a Unicode normal form.
 * Beginning-of-text tokens and the like are never added. Immutable and safe for use by several
 * threads.
 */
public final class Tokenizer {
    private final TokenEncoding encoding;
    private final Map<String, Integer> specials;
    private final List<String> specialTokens;

    private Tokenizer(TokenEncoding encoding) {
        this.encoding = encoding;
        Map<Integer, String> byId = encoding.specials();
        this.specialTokens = List.copyOf(byId.values());
        this.specials =
                byId.entrySet().stream()
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        Map.Entry::getValue, Map.Entry::getKey));
    }

    /**
     * Opens a tokenizer.
     *
     * @param file a {@code tokenizer.json}, a file of ranks whose name ends in {@code .model}, or a
     *     folder that holds {@code tokenizer.json} or else {@code tokenizer.model}
     * @throws CheckpointException if there is none, or it is broken or of a kind that is not
     *     supported; the message names file, field, found and expected
     */
    public static Tokenizer open(Path file) {
        Path chosen = file;
        if (Files.isDirectory(file)) {
            Path json = file.resolve("tokenizer.json");
            chosen = Files.exists(json) ? json : file.resolve("tokenizer.model");
        }
        if (!Files.isRegularFile(chosen)) { // nor a pipe, which could block forever
            throw new CheckpointException(
                    "%s: is no file%s"
                            .formatted(
                                    file,
                                    chosen.equals(file)
                                            ? ""
                                            : " and has neither tokenizer.json nor"
                                                    + " tokenizer.model"));
        }
        return new Tokenizer(TokenEncoding.read(chosen));
    }

    /**
     * Encodes plain text, for example what a user wrote: names of special tokens in it stay text.
     *
     * <p>Tokens that the file adds without marking them special are words like others and are used.
     *
     * @return the ids, none of them of a special token; empty for an empty text
     * @throws CheckpointException if the file's own split pattern takes unreasonably long on this
     *     text; the patterns of published models never do
     */
    public int[] encode(String text) {
        return encoding.encode(text, false, UnaryOperator.identity());
    }

    /**
     * Encodes text in which the names of special tokens, as {@code <|eot|>}, stand for these.
     *
     * <p>For rendered chats; see {@link #encode} for what comes from users.
     */
    public int[] encodeWithSpecials(String text) {
        return encodeWithSpecials(text, UnaryOperator.identity());
    }

    /**
     * As {@link #encodeWithSpecials(String)}, for text in which the words of users were marked so
     * that no name of a special token remains in them.
     *
     * @param words takes the marks out; applied to each piece between special tokens
     */
    public int[] encodeWithSpecials(String text, UnaryOperator<String> words) {
        return encoding.encode(text, true, words);
    }

    /**
     * Decodes tokens: special ones become their names, ids without an entry nothing, and each
     * maximal part of an invalid UTF-8 sequence U+FFFD.
     *
     * @throws IllegalArgumentException if an id is negative
     */
    public String decode(int... ids) {
        TokenDecoder decoder = decoder();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.next(id));
        }
        return text.append(decoder.finish()).toString();
    }

    /**
     * The bytes that a token stands for, as a new array: often not valid UTF-8 on their own, empty
     * for an id without an entry (models have more ids than tokens), the name for a special token.
     *
     * @throws IllegalArgumentException if the id is negative
     */
    public byte[] bytes(int id) {
        if (id < 0) {
            throw new IllegalArgumentException("a token id is %d".formatted(id));
        }
        return encoding.bytes(id);
    }

    /** The highest id with an entry plus one; a model's vocabulary may be larger. */
    public int size() {
        return encoding.size();
    }

    /** Whether the id is that of a special token. */
    public boolean isSpecial(int id) {
        return encoding.isSpecial(id);
    }

    /** The id of a special token by its name, as {@code <|eot|>}. */
    public OptionalInt idOf(String special) {
        Integer id = specials.get(special);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** The names of the special tokens in the order of their ids. */
    public List<String> specialTokens() {
        return specialTokens;
    }

    /** A decoder for one stream of tokens. */
    public TokenDecoder decoder() {
        return new TokenDecoder(this, new Utf8Stream());
    }
}
