/**
 * Checkpoints of any Llama 4 shape with random weights: what speed is measured with where a real
 * one does not fit.
 *
 * <p>The same shape, format and seed give the same bytes, on any machine and any number of threads.
 */
@NullMarked
package dev.altiplano.bench.synthetic;

import org.jspecify.annotations.NullMarked;
