package dev.altiplano;

import dev.altiplano.cache.KvFile;
import dev.altiplano.kernels.KernelInfo;
import dev.altiplano.kernels.KvLayout;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.Llama4Config;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Which files hold sessions of a model. */
final class SessionFiles {
    private final Checkpoint checkpoint;
    private final KvLayout layout;
    private volatile @Nullable String fingerprint; // takes some thousand reads of the weights

    SessionFiles(Checkpoint checkpoint, KvLayout layout) {
        this.checkpoint = checkpoint;
        this.layout = layout;
    }

    /** What keys and values must have in common to be exchanged between models. */
    String identity() {
        String known = fingerprint;
        if (known == null) {
            known = checkpoint.weightsFingerprint();
            fingerprint = known;
        }
        return identity(known, checkpoint.config(), layout);
    }

    private static String identity(String weights, Llama4Config config, KvLayout layout) {
        return "%s, %s keys and values, %d heads of %d in %d layers"
                .formatted(
                        weights,
                        layout.type(),
                        layout.kvHeads(),
                        layout.headDim(),
                        config.layers().size());
    }

    /** What keys and values must have in common besides, to be the same bit for bit. */
    static String identity(Checkpoint checkpoint, KvLayout layout, int blockSize) {
        return "%s; blocks of %d, %s, format 3" // another one when kernels give other bits
                .formatted(
                        identity(checkpoint.weightsFingerprint(), checkpoint.config(), layout),
                        blockSize,
                        KernelInfo.description());
    }

    /**
     * What a file says about its session.
     *
     * @throws SessionFileException if it cannot be one of this model
     */
    SavedSession header(KvFile file) {
        ByteBuffer header = file.header();
        byte[] bytes = new byte[header.remaining()];
        header.get(bytes);
        SavedSession saved;
        try {
            saved = SavedSession.of(bytes);
        } catch (IOException e) {
            throw new SessionFileException(
                    "%s: its header cannot be read: %s".formatted(file.path(), e.getMessage()), e);
        }
        if (!saved.model().equals(identity())) {
            throw new SessionFileException(
                    ("%s: was saved with [%s], expected [%s]: checkpoint or type of keys and"
                                    + " values is another one")
                            .formatted(file.path(), saved.model(), identity()));
        }
        requireTokens(file, saved.tokens());
        return saved;
    }

    private void requireTokens(KvFile file, int[] tokens) {
        Llama4Config config = checkpoint.config();
        if (tokens.length > config.maxPositions()) {
            throw new SessionFileException(
                    "%s: has %d tokens, expected at most %d"
                            .formatted(file.path(), tokens.length, config.maxPositions()));
        }
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= config.vocabularySize()) {
                throw new SessionFileException(
                        "%s: token id %d at index %d is outside the vocabulary, expected 0 to %d"
                                .formatted(file.path(), tokens[i], i, config.vocabularySize() - 1));
            }
        }
    }
}
