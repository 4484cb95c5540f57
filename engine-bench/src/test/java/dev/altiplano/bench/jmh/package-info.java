/**
 * Benchmarks of single kernels and of whole answers. Each checks its result against a plain loop in
 * double precision, and looks at the limits of the machine in between of its iterations.
 *
 * <p>{@link dev.altiplano.bench.jmh.Benchmarks} runs them; {@code docs/performance.md} says how.
 */
@NullMarked
package dev.altiplano.bench.jmh;

import org.jspecify.annotations.NullMarked;
