package dev.altiplano.generate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

class StopTextTest {
    @Test
    void findsAStopStringAcrossPieces() {
        StopText stop = new StopText(List.of("The end"));

        assertThat(stop.add("Once. Th")).isEqualTo("Once. ");
        assertThat(stop.add("e")).isEmpty();
        assertThat(stop.add(" end of it")).isEmpty();
        assertThat(stop.found()).isTrue();
    }

    @Test
    void releasesWhatDidNotBecomeAStopString() {
        StopText stop = new StopText(List.of("aab"));

        assertThat(stop.add("aa")).isEmpty();
        assertThat(stop.add("a")).isEqualTo("a"); // the last two may still begin one
        assertThat(stop.add("c")).isEqualTo("aac");
        assertThat(stop.found()).isFalse();
    }

    @Test
    void takesTheFirstOfSeveral() {
        StopText stop = new StopText(List.of("three", "two"));

        assertThat(stop.add("one two three")).isEqualTo("one ");
        assertThat(stop.found()).isTrue();
    }

    @Test
    void givesBackWhatIsHeldAtTheEnd() {
        StopText stop = new StopText(List.of("\n\n"));

        assertThat(stop.add("line\n")).isEqualTo("line");
        assertThat(stop.rest()).isEqualTo("\n");
    }

    @Test
    void anyCutOfATextGivesTheSameResult() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int run = 0; run < 500; run++) {
            String text =
                    random.ints(40, 'a', 'd')
                            .collect(
                                    StringBuilder::new,
                                    (all, c) -> all.append((char) c),
                                    StringBuilder::append)
                            .toString();
            List<String> stops = List.of("abcab", "cc", "bab");
            StopText stop = new StopText(stops);
            StringBuilder released = new StringBuilder();
            for (int at = 0; at < text.length() && !stop.found(); ) {
                int end = Math.min(text.length(), at + 1 + random.nextInt(5));
                released.append(stop.add(text.substring(at, end)));
                at = end;
            }
            if (!stop.found()) {
                released.append(stop.rest());
            }

            assertThat(released.toString())
                    .as("seed %d, text %s", seed, text)
                    .isEqualTo(text.substring(0, cut(text, stops)));
        }
    }

    /** Where the string that is complete first begins; the longer one of two. */
    private static int cut(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            for (int start = 0; start < end; start++) {
                if (stops.contains(text.substring(start, end))) {
                    return start;
                }
            }
        }
        return text.length();
    }
}
