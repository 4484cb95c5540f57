/**
 * Readers of the files in a checkpoint folder. Each turns every fault of its file into a {@link
 * dev.altiplano.loader.CheckpointException}, in bounded time and memory.
 */
@NullMarked
package dev.altiplano.loader.internal;

import org.jspecify.annotations.NullMarked;
