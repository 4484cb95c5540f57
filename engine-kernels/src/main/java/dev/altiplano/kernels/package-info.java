/**
 * Arithmetic on off-heap weights and float rows. Knows no model.
 *
 * <p><b>Threads.</b> Everything that computes takes a {@link dev.altiplano.kernels.Worker}: the
 * code of one step is run by all threads of a team at once, each operation shares its work among
 * them, and nothing waits except {@link dev.altiplano.kernels.Worker#await()}. Results never depend
 * on the number of threads.
 *
 * <p><b>Ownership.</b> A {@link dev.altiplano.kernels.Matrix} is a view: whoever mapped the weights
 * closes them. {@link dev.altiplano.kernels.Rows} live on the heap.
 */
@NullMarked
package dev.altiplano.kernels;

import org.jspecify.annotations.NullMarked;
