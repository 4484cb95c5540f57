package dev.altiplano.loader.internal;

import dev.altiplano.loader.StoredTensor;

import java.lang.foreign.MemorySegment;

/**
 * A tensor and its data where it is mapped.
 *
 * @param data little-endian, read-only; not necessarily aligned
 */
public record MappedTensor(StoredTensor stored, MemorySegment data) {}
