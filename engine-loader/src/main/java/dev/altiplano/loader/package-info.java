package dev.altiplano.loader;
