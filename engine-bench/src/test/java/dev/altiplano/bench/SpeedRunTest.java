package dev.altiplano.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.Llama4Model;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

class SpeedRunTest {
    @Test
    void measuresAtEveryDepthInTurn() {
        SpeedRun run = new SpeedRun(8, 4, 2, List.of(40, 0, 3, 40), Duration.ZERO);
        List<String> progress = new ArrayList<>();

        SpeedRun.Outcome outcome = run(run, progress);

        assertThat(outcome.speeds()).extracting(SpeedRun.Speed::depth).containsExactly(0, 3, 40);
        assertThat(outcome.speeds())
                .allSatisfy(speed -> {
                    assertThat(speed.prefill().orElseThrow().least()).isPositive();
                    assertThat(speed.decode().orElseThrow().least()).isPositive();
                });
        assertThat(progress)
                .containsSubsequence(
                        "warming up",
                        "measuring 1 of 2, prefill at 0",
                        "measuring 1 of 2, prefill at 40",
                        "measuring 1 of 2, decode at 3",
                        "measuring 2 of 2, prefill at 0");
        assertThat(outcome.limits().bandwidth().least()).isPositive();
    }

    @Test
    void leavesOutWhatIsNotWanted() {
        SpeedRun.Outcome outcome =
                run(new SpeedRun(0, 2, 1, List.of(5), Duration.ZERO), new ArrayList<>());

        assertThat(outcome.speeds().getFirst().prefill()).isEmpty();
        assertThat(outcome.speeds().getFirst().decode()).isPresent();
    }

    private static SpeedRun.Outcome run(SpeedRun run, List<String> progress) {
        try (Llama4Model model = Llama4Model.open(Path.of("../demo/stories"));
                LimitProbe probe = LimitProbe.open(2, 1 << 20)) {
            return run.run(model, probe, progress::add);
        }
    }

    @Test
    void knowsWhichPositionsItUses() {
        SpeedRun run = new SpeedRun(8, 4, 1, List.of(0, 100), Duration.ZERO);

        assertThat(run.prompt(100)).hasValue(new Stretch(100, 8));
        assertThat(run.answer(100))
                .hasValue(new Stretch(101, 4)); // behind the token it starts from
        assertThat(run.positions()).isEqualTo(109);
    }

    @Test
    void needsSomethingToMeasure() {
        assertThatThrownBy(() -> new SpeedRun(0, 0, 1, List.of(0), Duration.ZERO))
                .hasMessage("0 prompt tokens and 0 decoded tokens, expected one of them above 0");
        assertThatThrownBy(() -> new SpeedRun(1, 1, 0, List.of(0), Duration.ZERO))
                .hasMessage("0 repeats, expected 1 or more");
        assertThatThrownBy(() -> new SpeedRun(1, 1, 1, List.of(0, -1), Duration.ZERO))
                .hasMessage("depths are [0, -1], expected at least one, each 0 or more");
        assertThatThrownBy(() -> new SpeedRun(1, 1, 1, List.of(), Duration.ZERO))
                .hasMessage("depths are [], expected at least one, each 0 or more");
    }
}
