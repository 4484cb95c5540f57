package dev.altiplano.loader.internal.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.Map;

/** Reads {@code model.vocab}: an object with the id of each token's text in the byte alphabet. */
final class VocabularyReader {
    private static final String PATH = "model.vocab";

    private final JsonCursor json;
    private final Vocabulary.Builder builder = new Vocabulary.Builder();
    private final Map<String, Integer> unreachable = new HashMap<>();
    private char[] chars = new char[256];
    private byte[] bytes = new byte[256];

    VocabularyReader(JsonCursor json) {
        this.json = json;
    }

    ModelTokens read() {
        json.entries(PATH, this::add);
        return new ModelTokens(builder.build(), Map.copyOf(unreachable));
    }

    private void add(String text) {
        int id = json.id(PATH, text);
        if (builder.contains(id)) {
            throw json.fault(path(text), "has the id %d of another token".formatted(id), "its own id");
        }
        int length = text.length();
        if (chars.length < length) {
            chars = new char[length];
            bytes = new byte[length];
        }
        text.getChars(0, length, chars, 0);
        if (!builder.hasRoomFor(3 * length)) {
            throw json.fault(path(text), "is too long for the rest", "shorter tokens");
        }
        boolean added;
        if (length > 0 && ByteAlphabet.bytes(chars, 0, length, bytes)) {
            added = builder.add(id, bytes, length);
        } else {
            added = unreachable.putIfAbsent(text, id) == null;
            builder.addUnreachable(id, text.getBytes(UTF_8));
        }
        if (!added) {
            throw json.fault(PATH, "has '%s' twice".formatted(JsonCursor.shown(text)), "it once");
        }
    }

    private static String path(String text) {
        return PATH + "." + JsonCursor.shown(text);
    }
}
