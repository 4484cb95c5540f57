package dev.altiplano.loader;

import dev.altiplano.loader.internal.ConfigReader;
import dev.altiplano.loader.internal.Configuration;
import dev.altiplano.loader.internal.Folder;
import dev.altiplano.loader.internal.GenerationConfigReader;
import dev.altiplano.loader.internal.MappedTensor;
import dev.altiplano.loader.internal.Scheme;
import dev.altiplano.loader.internal.Shard;
import dev.altiplano.loader.internal.TensorIndex;
import dev.altiplano.loader.internal.TextNames;
import dev.altiplano.loader.internal.TextWeightsReader;
import dev.altiplano.loader.internal.VisionReader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A checkpoint folder in the Hugging Face layout: validated, its shards mapped.
 *
 * <p>May be shared by threads. Weights are views of the mapped files: after {@link #close} every
 * access is answered with an {@link IllegalStateException}.
 */
public final class Checkpoint implements AutoCloseable {
    private final Path folder;
    private final Arena arena;
    private final Contents contents;
    private final TokenizerFolder tokenizerFolder;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Checkpoint(Path folder, Arena arena, Contents contents) {
        this.folder = folder;
        this.arena = arena;
        this.contents = contents;
        this.tokenizerFolder = new TokenizerFolder(folder);
    }

    /** What was read at opening. */
    private record Contents(
            Configuration configuration,
            GenerationDefaults generationDefaults,
            TensorIndex index,
            TextWeights text,
            Optional<Vision> vision) {}

    /**
     * Opens a folder. Reads headers and small JSON files only, prints nothing, copies no weight.
     *
     * @throws CheckpointException if anything in the folder is missing, broken or contradictory
     */
    @SuppressWarnings("MustBeClosed") // the result closes the arena, or the catch clause does
    public static Checkpoint open(Path folder) {
        Folder.require(folder);
        Configuration configuration = ConfigReader.read(folder);
        GenerationDefaults defaults =
                GenerationConfigReader.read(folder, configuration.text().specialIds());
        Arena arena = Arena.ofShared();
        try {
            TensorIndex index = TensorIndex.open(folder, arena);
            TextWeights text = TextWeightsReader.read(configuration, index);
            Optional<Vision> vision = VisionReader.read(folder, configuration, index);
            Contents contents = new Contents(configuration, defaults, index, text, vision);
            return new Checkpoint(folder, arena, contents);
        } catch (Throwable e) {
            arena.close(); // whatever was mapped before the fault
            throw e;
        }
    }

    /** The folder. */
    public Path folder() {
        return folder;
    }

    /** Shape and arithmetic of the text model. */
    public Llama4Config config() {
        return contents().configuration().text();
    }

    /** The text model's weights, valid until this is closed. */
    public TextWeights text() {
        return contents().text();
    }

    /** The image tower and what belongs to it; empty in text models. */
    public Optional<Vision> vision() {
        return contents().vision();
    }

    /** Every tensor of the folder, those of the image tower included, in the order of the files. */
    public List<StoredTensor> tensors() {
        return contents().index().tensors().stream().map(MappedTensor::stored).toList();
    }

    /** Whether a tensor belongs to the image tower. */
    public boolean isVision(StoredTensor tensor) {
        return TextNames.isVision(tensor.name());
    }

    /**
     * What made the weights smaller, as the folder names it: {@code compressed-tensors,
     * pack-quantized}. How each matrix is stored stands in its {@link
     * dev.altiplano.kernels.Matrix}.
     */
    public Optional<String> quantisation() {
        return contents().configuration().scheme().map(Scheme::name);
    }

    /** The mapped files, whole; valid until this is closed. */
    public List<MemorySegment> mappedFiles() {
        return contents().index().shards().stream().map(Shard::whole).toList();
    }

    /** How the checkpoint wants to be sampled. */
    public GenerationDefaults generationDefaults() {
        return contents().generationDefaults();
    }

    /** Tokenizer, chat template and special tokens; read when asked for. */
    public TokenizerFolder tokenizerFolder() {
        contents();
        return tokenizerFolder;
    }

    /** Whether the folder holds an image tower. */
    public boolean hasVision() {
        return contents().index().hasVision();
    }

    /**
     * SHA-256, in hexadecimal digits, of {@code config.json}, the headers and the file sizes. No
     * weight is read for it: two trainings of the same architecture may have the same fingerprint.
     */
    public String fingerprint() {
        Contents contents = contents();
        return contents.index().fingerprint(contents.configuration().digest());
    }

    /**
     * As {@link #fingerprint}, with a few hundred bytes of each tensor in it, so that trainings of
     * the same architecture differ. Reads some thousand places of the files; weights that were
     * changed elsewhere only are not noticed.
     */
    public String weightsFingerprint() {
        return contents().index().sampledFingerprint(fingerprint());
    }

    /**
     * Compares size and time of change of each shard with those at opening, in some microseconds a
     * shard. To be called before each request: a shard that was cut short can end the whole process
     * when its missing part is read.
     *
     * @throws CheckpointException if a mapped file was changed in place
     */
    public void checkUnchanged() {
        contents().index().shards().forEach(Shard::checkUnchanged);
    }

    private Contents contents() {
        if (closed.get()) {
            throw new IllegalStateException("the checkpoint %s is closed".formatted(folder));
        }
        return contents;
    }

    /** Unmaps all shards. A second call does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            arena.close();
        }
    }
}
