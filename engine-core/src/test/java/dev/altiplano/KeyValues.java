package dev.altiplano;

import dev.altiplano.cache.KvSettings;
import dev.altiplano.cache.KvStore;
import dev.altiplano.kernels.KvLayout;
import dev.altiplano.kernels.KvType;
import dev.altiplano.loader.Llama4Config;

/** Memory for keys and values without limits. */
public final class KeyValues {
    private KeyValues() {}

    /** For a model of that shape, in blocks of up to 256 tokens. */
    public static KvStore of(Llama4Config config, KvType type) {
        KvLayout layout = new KvLayout(config.kvHeads(), config.headDim(), type);
        return new KvStore(config, layout, KvSettings.unlimited(), 256);
    }
}
