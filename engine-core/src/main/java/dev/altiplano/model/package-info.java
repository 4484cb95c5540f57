/**
 * The layer graph of the text model. Read it in this order: {@link dev.altiplano.model.TextModel},
 * {@code DecoderLayer}, {@code Attention}, {@code FeedForward}.
 *
 * <p><b>Threads.</b> All workers of the team run {@code forward} and what it calls at once; the
 * kernels share their work out, and {@code worker.await()} stands wherever one operation reads what
 * another wrote. Scratch lives in {@code Step}; the graph itself is immutable.
 */
@NullMarked
package dev.altiplano.model;

import org.jspecify.annotations.NullMarked;
