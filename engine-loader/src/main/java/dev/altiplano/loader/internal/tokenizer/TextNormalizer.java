package dev.altiplano.loader.internal.tokenizer;

import java.text.Normalizer;
import java.util.List;

/**
 * The Unicode normal forms that text is brought into before it is encoded.
 *
 * @param forms applied in this order, usually none
 */
record TextNormalizer(List<Normalizer.Form> forms) {
    String apply(String text) {
        String result = text;
        for (Normalizer.Form form : forms) {
            result = Normalizer.normalize(result, form);
        }
        return result;
    }
}
