/**
 * A checkpoint folder as typed, validated views.
 *
 * <p>{@link dev.altiplano.loader.Checkpoint#open} is the only way in. Everything that comes from a
 * file is checked there once; what these types hold is right, or a {@link
 * dev.altiplano.loader.CheckpointException} says which file and which field or tensor is not.
 *
 * <p><b>Ownership.</b> Weights are views of mapped files. They live as long as the {@link
 * dev.altiplano.loader.Checkpoint} (or {@link dev.altiplano.loader.SafetensorsFile}) that they come
 * from is open; a later access is answered with an {@link IllegalStateException}.
 *
 * <p><b>Threads.</b> All types but {@link dev.altiplano.loader.SafetensorsWriter} may be shared by
 * threads.
 */
@NullMarked
package dev.altiplano.loader;

import org.jspecify.annotations.NullMarked;
