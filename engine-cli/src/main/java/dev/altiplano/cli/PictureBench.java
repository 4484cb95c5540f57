package dev.altiplano.cli;

import dev.altiplano.bench.LimitProbe;
import dev.altiplano.bench.PictureRun;
import dev.altiplano.bench.Spread;
import dev.altiplano.bench.TowerWork;
import dev.altiplano.kernels.KernelInfo;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a measurement of pictures has found, for people and for programs.
 *
 * @param outcome times
 * @param work what a tile costs
 * @param probe what the limits were measured with; only its description is asked for
 */
record PictureBench(PictureRun.Outcome outcome, TowerWork work, LimitProbe probe) {
    private static final double GIGA = 1e9;

    String text() {
        Table table = new Table();
        table.row(
                "machine",
                "%s, %d threads".formatted(KernelInfo.description(), outcome.limits().threads()));
        KernelInfo.slowReason().ifPresent(reason -> table.row("", "slow: " + reason));
        LimitsText limits = new LimitsText(table, probe);
        limits.row(outcome.limits());
        limits.window(outcome.limits());
        table.row(
                "picture",
                "%d x %d pixels, %d tiles, %d features"
                        .formatted(
                                outcome.picture().width(),
                                outcome.picture().height(),
                                outcome.tiles(),
                                outcome.tiles() * work.config().tokensPerTile()));
        table.row("preprocessing", millis(outcome.preprocessing()));
        table.row(
                "",
                String.format(
                        Locale.ROOT,
                        "%.1f ms a megapixel",
                        1000 * outcome.preprocessing().median() / outcome.megapixels()));
        outcome.decoding()
                .ifPresent(decoding ->
                        table.row(
                                "decoder alone",
                                String.format(
                                        Locale.ROOT,
                                        "%s; preprocessing takes %.2f times as long",
                                        millis(decoding),
                                        outcome.decoderShare().orElseThrow())));
        table.row("tower", millis(outcome.tower()) + " a tile");
        table.row(
                "share of peak",
                String.format(
                        Locale.ROOT,
                        "%.0f %%, %.4g GFLOP a tile",
                        100 * outcome.peakShare(work),
                        work.operationsPerTile() / GIGA));
        return table.text();
    }

    private static String millis(Spread seconds) {
        return seconds.times(1000).inWords("ms");
    }

    /** Keys are added, never changed. */
    Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("kernels", KernelInfo.description());
        json.put("threads", outcome.limits().threads());
        json.put("picture_width", outcome.picture().width());
        json.put("picture_height", outcome.picture().height());
        json.put("tiles", outcome.tiles());
        json.put("preprocessing_seconds", BenchJson.spread(outcome.preprocessing()));
        json.put(
                "preprocessing_seconds_per_megapixel",
                outcome.preprocessing().median() / outcome.megapixels());
        json.put("decoder_seconds", outcome.decoding().map(BenchJson::spread).orElse(null));
        json.put("decoder_share", outcome.decoderShare().orElse(null));
        json.put("tower_seconds_per_tile", BenchJson.spread(outcome.tower()));
        json.put("tower_flops_per_tile", work.operationsPerTile());
        json.put("peak_share", outcome.peakShare(work));
        json.put("limits", new LimitsJson(probe).object(outcome.limits()));
        return json;
    }
}
