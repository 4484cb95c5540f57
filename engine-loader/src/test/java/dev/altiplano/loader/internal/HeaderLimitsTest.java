package dev.altiplano.loader.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The limits on a header leave room for the largest published models. */
class HeaderLimitsTest {
    /** Sizes from Maverick's config.json. */
    @Test
    void aMaverickWithTensorsForEachExpertFits() {
        int layers = 48;
        int mixtures = 24;
        int experts = 128;
        int networks = mixtures * (experts + 1) + (layers - mixtures); // experts, shared, dense
        int coded = 3 * networks + 4 * layers; // w4a16, attention included
        int perCoded = 6; // codes, scales, shape, zero points, groups, a scale for activations
        int plain = mixtures + 2 * layers + 3; // routers, norms, embedding, last norm, head
        int tower = 34 * 16 + 11;

        assertThat(coded * perCoded + plain + tower)
                .isGreaterThan(49_152) // what was enough for folders without groups
                .isLessThanOrEqualTo(HeaderParser.MOST_TENSORS);
    }
}
