package dev.altiplano.loader.internal;

import dev.altiplano.loader.Llama4Config;

import java.util.Optional;

/**
 * What {@code config.json} says.
 *
 * @param text the text model
 * @param scheme what made the weights smaller; empty when the folder names nothing
 * @param vision all fields, when an image tower may belong to the model; read when tensors do
 * @param digest SHA-256 of the file, hexadecimal
 */
public record Configuration(
        Llama4Config text, Optional<Scheme> scheme, Optional<Fields> vision, String digest) {}
