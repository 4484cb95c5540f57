package dev.altiplano.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.Llama4Model;
import dev.altiplano.bench.synthetic.SyntheticCheckpoint;
import dev.altiplano.bench.synthetic.SyntheticFormat;
import dev.altiplano.bench.synthetic.SyntheticShape;
import dev.altiplano.bench.synthetic.SyntheticVision;
import dev.altiplano.loader.VisionConfig;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

import javax.imageio.ImageIO;

class PictureRunTest {
    @TempDir private Path folder;

    @Test
    void measuresDecodingPreprocessingAndTheTower() throws IOException {
        PictureRun run = new PictureRun(2, Duration.ZERO);

        PictureRun.Outcome outcome = measure(run, file("png"));

        assertThat(outcome.picture().width()).isEqualTo(112);
        assertThat(outcome.megapixels()).isEqualTo(0.0056);
        assertThat(outcome.tiles()).isEqualTo(3);
        assertThat(outcome.preprocessing().least()).isPositive();
        assertThat(outcome.decoderShare().orElseThrow()).isPositive();
        assertThat(outcome.peakShare(new TowerWork(SMALL, 64))).isBetween(0.0, 1.5);
    }

    @Test
    void refusesWhatIsNoPicture() {
        PictureRun run = new PictureRun(1, Duration.ZERO);

        assertThatThrownBy(() -> measure(run, new byte[] {1, 2, 3}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no picture");
    }

    @Test
    void refusesNumbersThatMakeNoSense() {
        assertThatThrownBy(() -> new PictureRun(0, Duration.ZERO))
                .hasMessage("0 repeats, expected 1 or more");
        assertThatThrownBy(() -> new PictureRun(1, Duration.ofMillis(-1)))
                .hasMessage("warming up takes -1 ms, expected 0 or more");
    }

    private static final VisionConfig SMALL =
            new VisionConfig(32, 2, 2, 128, 56, 14, 2, 48, 10_000, 0);

    private PictureRun.Outcome measure(PictureRun run, byte[] file) {
        SyntheticShape shape =
                SyntheticShape.scout(1)
                        .with("vocab_size", 300)
                        .with("hidden_size", 64)
                        .with("intermediate_size", 96)
                        .with("num_local_experts", 2)
                        .withVision(
                                SyntheticVision.published()
                                        .with("hidden_size", 32)
                                        .with("num_hidden_layers", 2)
                                        .with("num_attention_heads", 2)
                                        .with("intermediate_size", 128)
                                        .with("image_size", 56)
                                        .with("projector_input_dim", 48));
        new SyntheticCheckpoint(shape, SyntheticFormat.BF16, 1).write(folder, 2, words -> {});
        try (Llama4Model model = Llama4Model.open(folder);
                LimitProbe probe = LimitProbe.open(1, 1 << 20)) {
            return run.run(model.imageEncoder().orElseThrow(), file, probe, words -> {});
        }
    }

    private static byte[] file(String format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BufferedImage picture = new BufferedImage(112, 50, BufferedImage.TYPE_3BYTE_BGR);
        assertThat(ImageIO.write(picture, format, bytes)).isTrue();
        return bytes.toByteArray();
    }
}
