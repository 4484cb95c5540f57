/**
 * What sequences remember: the keys and values of each layer.
 *
 * <p><b>Ownership.</b> A model has one {@link dev.altiplano.cache.KvStore}, which owns all pages. A
 * {@link dev.altiplano.cache.KvCache} counts as reader of its pages until it is closed; a page that
 * nobody reads or keeps is free. <b>Threads.</b> The store is for any thread, a cache for one at a
 * time; pages that several caches read are written by none.
 */
@NullMarked
package dev.altiplano.cache;

import org.jspecify.annotations.NullMarked;
