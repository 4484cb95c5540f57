package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;

import java.util.Optional;
import java.util.Set;

/**
 * What a folder says about quantised weights: a name and sizes that shapes alone do not tell. Which
 * weights are quantised, and how they are stored, is read from the tensors: what the configuration
 * says about that is wrong in too many folders.
 *
 * @param name in words, for example {@code compressed-tensors, pack-quantized}
 * @param refusal why codes of this scheme cannot be read; empty when they can
 * @param groupSizes inputs that share a scale, as far as they are named
 * @param bits widths of codes, as far as they are named
 * @param outputBlock outputs of a two-dimensional block that shares a scale
 * @param inputBlock inputs of such a block
 */
public record Scheme(
        String name,
        Optional<String> refusal,
        Set<Integer> groupSizes,
        Set<Integer> bits,
        int outputBlock,
        int inputBlock) {
    /** The block of all published folders; DeepSeek's and Hugging Face's default. */
    static final int USUAL_BLOCK = 128;

    /** Codes in a folder that names no scheme. */
    static final Scheme NONE =
            new Scheme("none", Optional.empty(), Set.of(), Set.of(), USUAL_BLOCK, USUAL_BLOCK);

    /** Copies the sets. */
    public Scheme {
        groupSizes = Set.copyOf(groupSizes);
        bits = Set.copyOf(bits);
    }

    /**
     * Refuses a scheme that cannot be read, if it made any tensor of the text model smaller.
     *
     * @throws CheckpointException with the name of that tensor
     */
    void requireReadable(TensorIndex index) {
        if (refusal.isEmpty()) {
            return;
        }
        for (MappedTensor tensor : index.tensors()) {
            String name = tensor.stored().name();
            if (!TextNames.isVision(name)
                    && StoredDType.kernelType(tensor.stored().dtype()).isEmpty()) {
                throw new CheckpointException(
                        "%s (tensor '%s' is stored as %s)"
                                .formatted(
                                        refusal.get(), Shown.text(name), tensor.stored().dtype()));
            }
        }
    }
}
