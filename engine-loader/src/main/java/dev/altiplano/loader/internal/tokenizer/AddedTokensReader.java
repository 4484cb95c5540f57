package dev.altiplano.loader.internal.tokenizer;

import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads {@code added_tokens}. */
final class AddedTokensReader {
    private static final String PATH = "added_tokens";

    /** Longer ones would make searching a text for them slow; published ones stay below 60. */
    private static final int MAX_LENGTH = 1024;

    private final JsonCursor json;
    private final String file;
    private final SortedMap<Integer, AddedToken> tokens = new TreeMap<>();
    private final Set<String> contents = new HashSet<>();
    private int index;

    AddedTokensReader(JsonCursor json, String file) {
        this.json = json;
        this.file = file;
    }

    SortedMap<Integer, AddedToken> read() {
        json.array(PATH, this::add);
        return tokens;
    }

    private void add() {
        String path = PATH + "[" + index++ + "]"; // formatted() would take 20 ms for 2048 tokens
        JsonFields fields = JsonFields.of(file, path, json.currentValue(path));
        AddedToken token = token(fields);
        if (tokens.putIfAbsent(token.id(), token) != null) {
            throw fields.fault(
                    "id", "is %d, the id of an earlier one".formatted(token.id()), "its own id");
        }
        if (!contents.add(token.content())) {
            String shown = JsonCursor.shown(token.content());
            throw fields.fault("content", "is '%s' again".formatted(shown), "another text");
        }
    }

    private static AddedToken token(JsonFields fields) {
        String content = fields.string("content");
        if (content.length() > MAX_LENGTH) {
            throw fields.fault(
                    "content",
                    "has %d characters".formatted(content.length()),
                    "at most %d".formatted(MAX_LENGTH));
        }
        boolean special = fields.flag("special", false);
        return new AddedToken(
                fields.id("id"),
                Utf8.wellFormed(content),
                fields.flag("single_word", false),
                fields.flag("lstrip", false),
                fields.flag("rstrip", false),
                fields.flag("normalized", !special),
                special);
    }
}
