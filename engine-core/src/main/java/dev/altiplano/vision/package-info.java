/**
 * Pictures: from files to tiles, and through the image tower to features that replace patch tokens.
 *
 * <p><b>Ownership.</b> Weights belong to the checkpoint. Scratch of the tower belongs to the tower
 * and lives as long as it.
 */
@NullMarked
package dev.altiplano.vision;

import org.jspecify.annotations.NullMarked;
