package dev.altiplano.loader;

import java.nio.file.Path;
import java.util.List;

/** A checkpoint folder in the Hugging Face layout: validated, its shards mapped. */
public final class Checkpoint implements AutoCloseable {
    /**
     * Opens a folder. Reads headers and small JSON files only, prints nothing, copies no weight.
     *
     * @throws CheckpointException if anything in the folder is missing, broken or contradictory
     */
    public static Checkpoint open(Path folder) {
        throw new UnsupportedOperationException();
    }

    /** The folder. */
    public Path folder() {
        throw new UnsupportedOperationException();
    }

    /** Shape and arithmetic of the text model. */
    public Llama4Config config() {
        throw new UnsupportedOperationException();
    }

    /** The text model's weights, valid until this is closed. */
    public TextWeights text() {
        throw new UnsupportedOperationException();
    }

    /** Every tensor of the folder, those of the image tower included. */
    public List<StoredTensor> tensors() {
        throw new UnsupportedOperationException();
    }

    /** How the checkpoint wants to be sampled. */
    public GenerationDefaults generationDefaults() {
        throw new UnsupportedOperationException();
    }

    public java.util.Optional<Tokenizer> tokenizer() {
        throw new UnsupportedOperationException();
    }

    public java.util.Optional<ChatTemplate> chatTemplate() {
        throw new UnsupportedOperationException();
    }

    public java.util.Map<String, String> specialTokenNames() {
        throw new UnsupportedOperationException();
    }

    /** Whether the folder holds an image tower. */
    public boolean hasVision() {
        throw new UnsupportedOperationException();
    }

    /** SHA-256, in hexadecimal digits, of the configuration, the headers and the file sizes. */
    public String fingerprint() {
        throw new UnsupportedOperationException();
    }

    /**
     * Compares size and time of change of each shard with those at opening; costs some microseconds
     * a shard.
     *
     * @throws CheckpointException if a mapped file was changed in place
     */
    public void checkUnchanged() {
        throw new UnsupportedOperationException();
    }

    /** Unmaps all shards. A second call does nothing. */
    @Override
    public void close() {}
}
