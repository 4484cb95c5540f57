/**
 * Reads {@code tokenizer.json} and {@code tokenizer.model} and does byte-level BPE.
 *
 * <p>Everything that {@link dev.altiplano.loader.internal.tokenizer.TokenEncoding} holds is
 * immutable after reading; what one call of encode changes lives in objects of that call. Files are
 * checked while they are read: later stages rely on ids below
 * {@code Vocabulary.MAX_IDS} and on all bytes of UTF-8 being tokens.
 */
@NullMarked
package dev.altiplano.loader.internal.tokenizer;

import org.jspecify.annotations.NullMarked;
