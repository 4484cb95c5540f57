package dev.altiplano.loader;

import dev.altiplano.loader.internal.copy.CopyRun;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * How to write a checkpoint again with smaller weights, as a standard compressed-tensors folder.
 *
 * <p>Linear maps of the feed-forward parts become codes: routed experts (each with tensors of its
 * own, as published folders have them), shared experts and dense layers. Attention and head join
 * them when asked for. Embedding, routers, norms and the image tower stay as they are. A source
 * that is itself quantised is decoded first.
 *
 * @param format of the codes
 * @param group inputs that share a scale; empty for the format's own
 * @param keep modules in whose names one of these is found stay plain
 * @param everything whether attention and head become codes too
 * @param shardBytes a shard is closed when the next module would make it longer
 */
public record QuantisedCopy(
        QuantisedFormat format,
        OptionalInt group,
        List<Pattern> keep,
        boolean everything,
        long shardBytes) {
    private static final long SHARD_BYTES = 2L << 30;

    /**
     * Checks the group.
     *
     * @throws IllegalArgumentException if the format has none, or another one
     */
    public QuantisedCopy {
        keep = List.copyOf(keep);
        if (shardBytes < 1) {
            throw new IllegalArgumentException(
                    "a shard of %d bytes, expected 1 or more".formatted(shardBytes));
        }
        if (group.isPresent()) {
            requireGroup(format, group.getAsInt());
        }
    }

    private static void requireGroup(QuantisedFormat format, int group) {
        switch (format) {
            case FP8 ->
                    throw new IllegalArgumentException(
                            "fp8 has one scale an output: no groups of %d".formatted(group));
            case INT8, INT4 -> {
                if (group < 1) {
                    throw new IllegalArgumentException(
                            "a group of %d inputs, expected 1 or more".formatted(group));
                }
            }
            case NVFP4 -> {
                if (group != format.usualGroup().getAsInt()) {
                    throw new IllegalArgumentException(
                            "nvfp4 has groups of 16 inputs, not of %d".formatted(group));
                }
            }
        }
    }

    /** The usual copy in a format: nothing else is kept, shards of 2 GiB. */
    public static QuantisedCopy to(QuantisedFormat format) {
        return new QuantisedCopy(format, OptionalInt.empty(), List.of(), false, SHARD_BYTES);
    }

    /** The same with groups of {@code inputs} inputs. */
    public QuantisedCopy withGroup(int inputs) {
        return new QuantisedCopy(format, OptionalInt.of(inputs), keep, everything, shardBytes);
    }

    /** The same with modules that stay plain. */
    public QuantisedCopy keeping(List<Pattern> modules) {
        return new QuantisedCopy(format, group, modules, everything, shardBytes);
    }

    /** The same with attention and head. */
    public QuantisedCopy ofEverything() {
        return new QuantisedCopy(format, group, keep, true, shardBytes);
    }

    /** The same in shards of about so many bytes. */
    public QuantisedCopy inShardsOf(long bytes) {
        return new QuantisedCopy(format, group, keep, everything, bytes);
    }

    /**
     * Writes the folder, shard by shard, and compares what was written with the source. {@code
     * config.json} comes last: until then the copy opens for nobody. When a run is cut off, the
     * same call goes on behind the last complete shard.
     *
     * @param model folder of the source
     * @param folder does not exist yet, is empty, or was left by an unfinished run of the same call
     * @param threads that compute, at least 1; the bytes do not depend on it
     * @param progress is told how far it is, on the calling thread
     * @throws CheckpointException if the source cannot be read, or the copy is not what it should
     *     be
     * @throws IllegalArgumentException if the folder holds something else, the disk lacks room, a
     *     pattern matches nothing, nothing is left to encode, or groups do not fit a module
     * @throws UncheckedIOException if something cannot be written
     */
    public CopyReport write(Path model, Path folder, int threads, Consumer<CopyProgress> progress) {
        return CopyRun.of(this, model, folder, threads, progress);
    }
}
