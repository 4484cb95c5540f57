/**
 * From logits to text: the sampler chain, stop strings, and the loop that joins them to the model.
 *
 * <p><b>Threads.</b> One thread at a time per {@link dev.altiplano.generate.Sequence}.
 */
@NullMarked
package dev.altiplano.generate;

import org.jspecify.annotations.NullMarked;
