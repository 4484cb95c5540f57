package dev.altiplano.loader.internal.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.altiplano.loader.TemplateException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Clock;
import java.util.List;
import java.util.Random;

/** Whatever happens to the text of a template, it renders or says where it is wrong. */
class MutatedTemplatesTest {
    private static final JinjaCases RECORDED = JinjaCases.read("/goldens/jinja/recorded.json");
    private static final List<String> PIECES =
            List.of(
                    "{{",
                    "}}",
                    "{%",
                    "%}",
                    "{#",
                    "#}",
                    "-",
                    "+",
                    "'",
                    "\"",
                    "\\",
                    "(",
                    ")",
                    "[",
                    "]",
                    "{",
                    "}",
                    "|",
                    "~",
                    "**",
                    "//",
                    "%",
                    ".",
                    ",",
                    ":",
                    "=",
                    " is ",
                    " not ",
                    " in ",
                    " if ",
                    " else ",
                    " for ",
                    "endfor",
                    "endif",
                    "0",
                    "1",
                    "99999999999",
                    "loop",
                    "\n",
                    " ",
                    "\u0000",
                    "\u00e9",
                    "\ud83d\ude00",
                    "\ud83d",
                    "map",
                    "sort",
                    "join",
                    "__class__",
                    "raw",
                    "endraw",
                    "set",
                    "macro");
    private static final int RUNS = 15_000;

    private final StringBuilder text = new StringBuilder();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void mutatedTemplatesRenderOrFailInWords(long seed) {
        Random random = new Random(seed);
        for (int run = 0; run < RUNS; run++) {
            String template = mutated(random);
            try {
                JinjaTemplate.parse(template, "mutated")
                        .render(RECORDED.context(), Clock.systemUTC());
            } catch (TemplateException e) {
                assertThat(e.line()).as("seed %d, %s", seed, template).isPositive();
                assertThat(e.column()).as("seed %d, %s", seed, template).isPositive();
            } catch (RuntimeException | Error e) {
                fail("seed %d, %s".formatted(seed, template), e);
            }
        }
    }

    private String mutated(Random random) {
        text.setLength(0);
        text.append(any(random));
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(text.length() + 1);
            int end = Math.min(text.length(), at + random.nextInt(20));
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                case 1 -> text.delete(at, end);
                case 2 -> text.insert(random.nextInt(text.length() + 1), text.substring(at, end));
                default -> {
                    String other = any(random);
                    int from = random.nextInt(other.length() + 1);
                    int to = Math.min(other.length(), from + random.nextInt(40));
                    text.insert(at, other, from, to);
                }
            }
        }
        return text.toString();
    }

    private static String any(Random random) {
        return RECORDED.cases().get(random.nextInt(RECORDED.cases().size())).template();
    }
}
