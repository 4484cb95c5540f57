package dev.altiplano.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Token ids as people and files write them. */
final class TokenIds {
    private TokenIds() {}

    /** Reads the value of {@code --ids}. */
    static int[] ofOption(String text) {
        try {
            return parse(text);
        } catch (NumberFormatException e) {
            throw CommandException.usage("--ids: " + e.getMessage());
        }
    }

    /** Reads a file with ids between commas or white space, or with a JSON array of them. */
    static int[] ofFile(Path file) {
        try {
            String text = TextFile.read(file).strip();
            boolean array = text.startsWith("[") && text.endsWith("]");
            return parse(array ? text.substring(1, text.length() - 1) : text);
        } catch (NumberFormatException e) {
            throw CommandException.failed(file + ": " + e.getMessage());
        }
    }

    private static int[] parse(String text) {
        String[] parts = text.strip().split("\\s*,\\s*|\\s+", -1);
        int[] ids = new int[parts.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = id(parts[i]);
        }
        return ids;
    }

    private static int id(String text) {
        try {
            int id = Integer.parseInt(text);
            if (id >= 0) {
                return id;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        String shown = text.length() > 40 ? text.substring(0, 40) + "…" : text;
        throw new NumberFormatException(
                "'%s' is no token id, expected whole numbers like 1,2,3".formatted(shown));
    }

    /** Writes ids between spaces. */
    static String text(int[] ids) {
        return Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" "));
    }
}
