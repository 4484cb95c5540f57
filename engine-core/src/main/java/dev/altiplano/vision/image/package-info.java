/**
 * Files of pictures to 8-bit colours.
 *
 * <p>Everything here distrusts its input: a file is told by its first bytes, its sizes are checked
 * before memory is taken for them, and the decoder sees only the parts that make the picture.
 *
 * <p><b>Threads.</b> Static methods on values; nothing is shared.
 */
@NullMarked
package dev.altiplano.vision.image;

import org.jspecify.annotations.NullMarked;
