package dev.altiplano.cache;

/** Pages that one layer of a sequence has reserved and not taken yet; changed by its store. */
final class Claim {
    long reserved;
}
