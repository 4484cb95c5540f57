package dev.altiplano.event;

/**
 * A model that was opened.
 *
 * @param weightBytes all tensors of the folder, mapped
 * @param kernels in words
 */
public record LoadFacts(String folder, int layers, long weightBytes, int threads, String kernels) {}
