package dev.altiplano.loader.internal.tokenizer;

import dev.altiplano.loader.CheckpointException;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Reads a {@code tokenizer.json} with byte-level BPE.
 *
 * <p>Not used: {@code post_processor} (nothing is ever added to a text), {@code truncation}, {@code
 * padding}, and {@code unk_token}, {@code fuse_unk}, {@code byte_fallback}, which mean nothing as
 * all bytes are tokens. What would change the tokens and is not supported is refused.
 *
 * <p>Source: serialization of {@code TokenizerImpl} and {@code BPE} in the tokenizers library.
 */
final class TokenizerJson {
    private static final long MAX_BYTES = 512 << 20;

    private final Path path;
    private final String file;
    private final PreTokenizerReader steps;
    private SortedMap<Integer, AddedToken> added = new TreeMap<>();
    private TextNormalizer normalizer;
    private @Nullable TextSplitter splitter;
    private @Nullable ModelTokens tokens;
    private @Nullable MergeTable merges;
    private boolean mergesCameFirst;
    private boolean wholePieces;

    private TokenizerJson(Path path) {
        this.path = path;
        this.file = String.valueOf(path.getFileName());
        this.steps = new PreTokenizerReader(file);
        this.normalizer = steps.normalizer(null);
    }

    static TokenEncoding read(Path path) {
        var reader = new TokenizerJson(path);
        reader.pass(reader::readAll);
        if (reader.mergesCameFirst) { // they name tokens, so they are read again once these are
            // known
            reader.pass(reader::readMergesOnly);
        }
        return reader.build();
    }

    private void pass(Consumer<JsonCursor> action) {
        try (Reader text = open();
                JsonCursor json = new JsonCursor(file, text)) {
            json.walk(action);
        } catch (IOException e) {
            throw new CheckpointException(file + ": cannot be read: " + e, e);
        }
    }

    private Reader open() throws IOException {
        long size = Files.size(path);
        if (size > MAX_BYTES) {
            throw new CheckpointException(
                    "%s: has %d bytes, expected at most %d".formatted(file, size, MAX_BYTES));
        }
        var decoder =
                StandardCharsets.UTF_8.newDecoder(); // reports errors, unlike the constructors
        return new BufferedReader(new InputStreamReader(Files.newInputStream(path), decoder));
    }

    private void readAll(JsonCursor json) {
        json.object(
                "the file",
                name -> {
                    switch (name) {
                        case "added_tokens" -> added = new AddedTokensReader(json, file).read();
                        case "normalizer" -> normalizer = steps.normalizer(json.value(name));
                        case "pre_tokenizer" -> splitter = steps.splitter(json.value(name));
                        case "decoder" -> steps.checkDecoder(json.value(name));
                        case "model" -> json.object(name, field -> readModel(json, field));
                        default -> json.skip();
                    }
                });
        json.end();
    }

    private void readModel(JsonCursor json, String name) {
        switch (name) {
            case "type" -> check(json, name, "BPE");
            case "dropout" -> check(json, name, null, 0, 0.0);
            case "continuing_subword_prefix", "end_of_word_suffix" -> check(json, name, null, "");
            case "ignore_merges" -> {
                Object value = json.value("model." + name);
                if (!(value instanceof Boolean flag)) {
                    throw json.wrongType("model." + name, "true or false");
                }
                wholePieces = flag;
            }
            case "vocab" -> tokens = new VocabularyReader(json).read();
            case "merges" -> readMerges(json);
            default -> json.skip();
        }
    }

    private void readMerges(JsonCursor json) {
        if (tokens == null) {
            mergesCameFirst = true;
            json.skip();
        } else {
            merges = new MergesReader(json, tokens).read();
        }
    }

    private void readMergesOnly(JsonCursor json) {
        json.object(
                "the file",
                name -> {
                    if (!name.equals("model")) {
                        json.skip();
                        return;
                    }
                    json.object(
                            name,
                            field -> {
                                if (field.equals("merges")) {
                                    readMerges(json);
                                } else {
                                    json.skip();
                                }
                            });
                });
    }

    private void check(JsonCursor json, String name, @Nullable Object... allowed) {
        Object value = json.value("model." + name);
        for (Object expected : allowed) {
            if (Objects.equals(value, expected)) {
                return;
            }
        }
        throw json.fault(
                "model." + name, "is " + JsonFields.type(value), JsonFields.type(allowed[0]));
    }

    private TokenEncoding build() {
        if (tokens == null || merges == null || splitter == null) {
            String missing =
                    tokens == null
                            ? "model.vocab"
                            : merges == null ? "model.merges" : "pre_tokenizer";
            throw new CheckpointException("%s: has no '%s'".formatted(file, missing));
        }
        BitSet specials = new BitSet();
        for (AddedToken token : added.values()) {
            checkId(token, tokens);
            if (token.special()) {
                specials.set(token.id());
            }
        }
        try {
            var rules = new BytePairRules(tokens.vocabulary(), merges, wholePieces, specials);
            return new TokenEncoding(rules, splitter, normalizer, added);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException("%s: 'model' %s".formatted(file, e.getMessage()), e);
        }
    }

    /** An added token may stand in model.vocab too, but then under the same id. */
    private void checkId(AddedToken token, ModelTokens tokens) {
        int known = tokens.idOf(token.content());
        boolean taken = known < 0 && tokens.vocabulary().contains(token.id());
        if (taken || (known >= 0 && known != token.id())) {
            throw new CheckpointException(
                    "%s: 'added_tokens' gives '%s' the id %d, but model.vocab gives %s"
                            .formatted(
                                    file,
                                    JsonCursor.shown(token.content()),
                                    token.id(),
                                    taken ? "that id to another token" : "it the id " + known));
        }
    }
}
