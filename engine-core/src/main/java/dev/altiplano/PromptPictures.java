package dev.altiplano;

import dev.altiplano.generate.Sequence;
import dev.altiplano.loader.Tokenizer;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The pictures of prompts and the tokens that their features replace. */
final class PromptPictures {
    private final @Nullable ImageEncoder encoder;
    private final Path folder;

    /**
     * @param encoder null when the checkpoint has no image tower: then every picture is refused
     * @param folder for messages
     */
    PromptPictures(@Nullable ImageEncoder encoder, Path folder) {
        this.encoder = encoder;
        this.folder = folder;
    }

    private ImageEncoder encoder() {
        if (encoder == null) {
            throw new IllegalArgumentException(
                    folder + ": this checkpoint has no image tower, so it cannot take pictures");
        }
        return encoder;
    }

    /** Refuses more pictures in one request than the limits allow. */
    void requireCount(long count) {
        if (count > 0) {
            encoder().requireCount(count);
        }
    }

    /** Decodes pictures and cuts them into tiles; features are made later. */
    List<Picture> prepare(List<Image> images) {
        return images.isEmpty() ? List.of() : encoder().prepare(images);
    }

    /** How pictures are laid out in the tokens of a prompt. */
    ImageLayout layout(Tokenizer tokenizer) {
        return new ImageLayout(encoder(), tokenizer);
    }

    private int patchTokenId() {
        return encoder == null ? -1 : encoder.patchTokenId();
    }

    /**
     * Refuses ids that hold more or fewer patch tokens than the pictures have features.
     *
     * @param pictures none: then patch tokens are tokens like others
     */
    void require(int[] ids, List<Picture> pictures) {
        int patchTokenId = patchTokenId();
        int wanted = pictures.stream().mapToInt(Picture::patches).sum();
        long found = Arrays.stream(ids).filter(id -> id == patchTokenId).count();
        if (!pictures.isEmpty() && found != wanted) {
            throw new IllegalArgumentException(
                    "the prompt has %d patch tokens (id %d), expected %d for %s"
                            .formatted(found, patchTokenId, wanted, inWords(pictures)));
        }
    }

    private static String inWords(List<Picture> pictures) {
        List<String> tiles =
                pictures.stream()
                        .map(p -> "%s (%d tiles)".formatted(p.name(), p.grid().tiles()))
                        .toList();
        return String.join(", ", tiles);
    }

    /** Appends ids that were checked, and says which of them stand for which picture. */
    void append(int[] ids, List<Picture> pictures, Sequence sequence) {
        int patchTokenId = patchTokenId();
        int start = sequence.length();
        sequence.append(ids);
        if (pictures.isEmpty()) {
            return;
        }
        int[] positions =
                IntStream.range(0, ids.length)
                        .filter(i -> ids[i] == patchTokenId)
                        .map(i -> start + i)
                        .toArray();
        int from = 0;
        for (Picture picture : pictures) {
            int[] own = Arrays.copyOfRange(positions, from, from + picture.patches());
            sequence.appendPicture(own, picture.features());
            from += picture.patches();
        }
    }
}
