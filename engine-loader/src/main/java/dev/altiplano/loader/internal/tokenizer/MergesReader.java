package dev.altiplano.loader.internal.tokenizer;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads {@code model.merges}: pairs {@code ["a", "b"]} or, in older files, {@code "a b"}. */
final class MergesReader {
    private static final String PATH = "model.merges";
    private static final int UNREACHABLE = -2;

    private final JsonCursor json;
    private final JsonParser parser;
    private final ModelTokens tokens;
    private final MergeTable.Builder merges = new MergeTable.Builder();
    private byte[] bytes = new byte[256];
    private int index;
    private int result; // of the pair before

    MergesReader(JsonCursor json, ModelTokens tokens) {
        this.json = json;
        this.parser = json.parser();
        this.tokens = tokens;
    }

    MergeTable read() {
        json.array(PATH, this::readPair);
        return merges.build();
    }

    private void readPair() {
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            int left = nextPart();
            int right = nextPart();
            if (parser.nextToken() != JsonToken.END_ARRAY) {
                throw json.wrongType(path(), "the end of the pair");
            }
            add(left, right);
        } else if (parser.currentToken() == JsonToken.VALUE_STRING) {
            splitPair();
        } else {
            throw json.wrongType(path(), "a pair of tokens");
        }
        index++;
    }

    private void splitPair() {
        char[] text = parser.getStringCharacters();
        int start = parser.getStringOffset();
        int end = start + parser.getStringLength();
        int space = indexOfSpace(text, start, end);
        if (space == end || indexOfSpace(text, space + 1, end) != end) {
            String found = JsonCursor.shown(parser.getString());
            throw json.fault(path(), "is '%s'".formatted(found), "two tokens with a space between");
        }
        int left = part(text, start, space - start);
        int right = part(text, space + 1, end - space - 1);
        add(left, right);
    }

    private static int indexOfSpace(char[] text, int from, int to) {
        int at = from;
        while (at < to && text[at] != ' ') {
            at++;
        }
        return at;
    }

    private int nextPart() {
        if (parser.nextToken() != JsonToken.VALUE_STRING) {
            throw json.wrongType(path(), "a pair of tokens");
        }
        return part(
                parser.getStringCharacters(), parser.getStringOffset(), parser.getStringLength());
    }

    /** The id of one half of a pair, or {@link #UNREACHABLE} for a token that text never has. */
    private int part(char[] text, int start, int length) {
        if (bytes.length < length) {
            bytes = new byte[length];
        }
        boolean reachable = length > 0 && ByteAlphabet.bytes(text, start, length, bytes);
        int id = reachable ? tokens.vocabulary().find(bytes, length) : UNREACHABLE;
        if (id == -1 || (!reachable && tokens.idOf(new String(text, start, length)) < 0)) {
            throw unknown(new String(text, start, length));
        }
        return id;
    }

    private void add(int left, int right) {
        if (left == UNREACHABLE || right == UNREACHABLE) {
            return;
        }
        result = resultOf(left, right);
        if (result < 0) {
            throw unknown("both together");
        }
        if (merges.count() == MergeTable.MAX_MERGES) {
            throw json.fault(
                    PATH, "has more elements", "at most %d".formatted(MergeTable.MAX_MERGES));
        }
        merges.add(left, right, result);
    }

    /** Published files list the results with rising ids; a good guess saves a look-up. */
    private int resultOf(int left, int right) {
        Vocabulary vocabulary = tokens.vocabulary();
        if (vocabulary.isConcatenation(result, left, right)) {
            return result;
        }
        if (vocabulary.isConcatenation(result + 1, left, right)) {
            return result + 1;
        }
        return vocabulary.findConcatenation(left, right);
    }

    private RuntimeException unknown(String text) {
        String found = "names '%s', which model.vocab lacks".formatted(JsonCursor.shown(text));
        return json.fault(path(), found, "two tokens that together are a token");
    }

    private String path() {
        return "%s[%d]".formatted(PATH, index);
    }
}
