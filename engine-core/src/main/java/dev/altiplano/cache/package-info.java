/**
 * What a sequence remembers: the keys and values of each layer.
 *
 * <p><b>Ownership.</b> A {@link dev.altiplano.cache.KvCache} owns one arena; its pages live until
 * it is closed. <b>Threads.</b> One thread at a time.
 */
@NullMarked
package dev.altiplano.cache;

import org.jspecify.annotations.NullMarked;
