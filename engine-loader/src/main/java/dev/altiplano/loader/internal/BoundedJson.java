package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonFactoryBuilder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * JSON that somebody else wrote, read within bounds: strict UTF-8, no key twice, few levels, and so
 * many tokens that what is built from them stays below some ten megabytes.
 */
public final class BoundedJson {
    private static final int DEEPEST = 32;
    private static final int LONGEST_NUMBER = 100;
    private static final int LONGEST_NAME =
            160; // the longest tensor names have about 100 characters
    private static final int LONGEST_STRING = 1 << 20; // chat templates, notes of training programs

    /** Most tokens of a file that is read as a tree; a node takes up to 100 bytes. */
    private static final int TREE_TOKENS = 200_000;

    private static final JsonMapper TREES =
            JsonMapper.builder(
                            factory(TREE_TOKENS)
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .build(); // fails on trailing tokens by default

    private BoundedJson() {}

    /**
     * The tree in {@code bytes}.
     *
     * @param file for messages
     */
    public static JsonNode tree(String file, byte[] bytes) {
        try (InputStreamReader reader = strictReader(new ByteArrayInputStream(bytes))) {
            return TREES.readTree(reader);
        } catch (JacksonException e) {
            throw broken(file, e);
        } catch (IOException e) {
            throw SmallFile.unreadable(file, e);
        }
    }

    /**
     * A parser of {@code in} that gives up after {@code tokens} tokens. Keys that are there twice
     * are the caller's to find: the parser's own way needs a set per object.
     */
    static JsonParser parser(InputStream in, long tokens) {
        return factory(tokens).build().createParser(ObjectReadContext.empty(), strictReader(in));
    }

    /** What the parser found, in one line. */
    static CheckpointException broken(String file, JacksonException e) {
        if (e.getCause() instanceof CharacterCodingException) {
            return new CheckpointException("%s: is not valid UTF-8".formatted(file), e);
        }
        TokenStreamLocation at = e.getLocation();
        String where =
                at == null || at.getLineNr() < 1
                        ? ""
                        : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
        return new CheckpointException(
                "%s: broken JSON%s: %s"
                        .formatted(file, where, Shown.text(String.valueOf(e.getOriginalMessage()))),
                e);
    }

    private static InputStreamReader strictReader(InputStream in) {
        return new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
    }

    private static JsonFactoryBuilder factory(long tokens) {
        return JsonFactory.builder()
                .streamReadConstraints(
                        StreamReadConstraints.builder()
                                .maxNestingDepth(DEEPEST)
                                .maxNumberLength(LONGEST_NUMBER)
                                .maxNameLength(LONGEST_NAME)
                                .maxStringLength(LONGEST_STRING)
                                .maxTokenCount(tokens)
                                .build())
                // a symbol table would keep every name of a hostile file for good
                .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES);
    }
}
