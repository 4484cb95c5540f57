package dev.altiplano.loader;

/** The weights of the feed-forward part of a layer. */
public sealed interface FeedForwardWeights permits DenseWeights, MixtureWeights {}
