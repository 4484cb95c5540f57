package dev.altiplano;

import dev.altiplano.loader.ImageTokens;
import dev.altiplano.loader.Tokenizer;
import dev.altiplano.vision.TileGrid;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where pictures stand in a prompt. Each placeholder that a chat template printed becomes the block
 * of one picture:
 *
 * <pre>
 * start  [ row of tiles, column separators between, row separator behind ] × rows
 *        placeholder  patches of the whole picture  end
 * </pre>
 *
 * A picture of one tile has no rows, only the whole.
 *
 * <p>Source: {@code _prompt_split_image} in {@code processing_llama4.py} of Hugging Face
 * transformers.
 */
final class ImageLayout {
    private final int placeholder;
    private final int start;
    private final int end;
    private final int patch;
    private final int columnSeparator;
    private final int rowSeparator;
    private final int tokensPerTile;
    private final String placeholderName;

    /**
     * @throws IllegalArgumentException if the tokenizer lacks one of the tokens
     */
    ImageLayout(ImageEncoder encoder, Tokenizer tokenizer) {
        ImageTokens names = encoder.vision().tokens();
        placeholderName = names.placeholder();
        placeholder = id(tokenizer, names.placeholder());
        start = id(tokenizer, names.start());
        end = id(tokenizer, names.end());
        patch = id(tokenizer, names.patch());
        columnSeparator = id(tokenizer, names.columnSeparator());
        rowSeparator = id(tokenizer, names.rowSeparator());
        tokensPerTile = encoder.tokensPerTile();
        if (patch != encoder.patchTokenId()) {
            throw new IllegalArgumentException(
                    "the tokenizer's '%s' is token %d, expected image_token_index %d of config.json"
                            .formatted(names.patch(), patch, encoder.patchTokenId()));
        }
    }

    private static int id(Tokenizer tokenizer, String name) {
        return tokenizer
                .idOf(name)
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "the tokenizer has no special token '%s', which pictures need"
                                        .formatted(name)));
    }

    /**
     * Replaces the placeholders in order.
     *
     * @throws IllegalArgumentException if there are more or fewer of them than pictures
     */
    int[] expand(int[] ids, List<Picture> pictures) {
        long found = Arrays.stream(ids).filter(id -> id == placeholder).count();
        if (found != pictures.size()) {
            throw new IllegalArgumentException(
                    "the prompt has %d placeholders '%s', expected one for each of %d pictures"
                            .formatted(found, placeholderName, pictures.size()));
        }
        List<int[]> parts = new ArrayList<>();
        int from = 0;
        int next = 0;
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == placeholder) {
                parts.add(Arrays.copyOfRange(ids, from, i));
                parts.add(block(pictures.get(next++).grid()));
                from = i + 1;
            }
        }
        parts.add(Arrays.copyOfRange(ids, from, ids.length));
        return parts.stream().flatMapToInt(Arrays::stream).toArray();
    }

    /** As {@link #expand}; without any placeholder, the pictures stand at {@code at}. */
    int[] expandOrInsert(int[] ids, List<Picture> pictures, int at) {
        if (Arrays.stream(ids).anyMatch(id -> id == placeholder)) {
            return expand(ids, pictures);
        }
        IntStream all =
                IntStream.concat(
                        Arrays.stream(ids, 0, at),
                        IntStream.concat(
                                IntStream.generate(() -> placeholder).limit(pictures.size()),
                                Arrays.stream(ids, at, ids.length)));
        return expand(all.toArray(), pictures);
    }

    private int[] block(TileGrid grid) {
        IntStream.Builder block = IntStream.builder();
        block.add(start);
        if (grid.tiles() > 1) {
            for (int row = 0; row < grid.high(); row++) {
                for (int column = 0; column < grid.wide(); column++) {
                    addPatches(block);
                    block.add(column + 1 < grid.wide() ? columnSeparator : rowSeparator);
                }
            }
        }
        block.add(placeholder);
        addPatches(block);
        block.add(end);
        return block.build().toArray();
    }

    private void addPatches(IntStream.Builder block) {
        for (int i = 0; i < tokensPerTile; i++) {
            block.add(patch);
        }
    }
}
