package dev.altiplano.loader.internal.copy;

import dev.altiplano.loader.TensorSpec;

import java.io.IOException;
import java.util.List;

/** What is written at once: a linear map, or a tensor as it is. */
sealed interface Part permits VerbatimPart, PlainPart, CodedPart {
    /** The tensors of this part. */
    List<TensorSpec> specs();

    /** Numbers of the model that it stands for. */
    long weights();

    /** Writes all of its tensors. */
    void write(ShardFile shard, Strips strips) throws IOException;

    /**
     * Compares it with what was written.
     *
     * @throws dev.altiplano.loader.CheckpointException if it is not what it should be
     */
    void verify(WrittenCopy copy, Strips strips, ErrorSum errors);
}
