package dev.altiplano.cli;

import dev.altiplano.bench.RooflineReport;
import dev.altiplano.bench.SpeedRun;
import dev.altiplano.bench.SpeedRun.Speed;
import dev.altiplano.bench.Spread;
import dev.altiplano.bench.TokenCost;
import dev.altiplano.bench.TokenWork;
import dev.altiplano.kernels.KernelInfo;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/** The results of a measurement for programs: keys are added, never changed. */
final class BenchJson {
    private final BenchResults results;
    private final RooflineReport report;

    private BenchJson(BenchResults results) {
        this.results = results;
        report = results.report();
    }

    static Map<String, @Nullable Object> of(BenchResults results) {
        return new BenchJson(results).all();
    }

    private Map<String, @Nullable Object> all() {
        SpeedRun run = report.run();
        TokenWork work = report.work();
        Speed first = report.outcome().speeds().getFirst();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("kernels", KernelInfo.description());
        json.put("threads", results.threads());
        json.put("repeats", run.repeats());
        json.put("prompt_tokens", run.promptTokens());
        json.put("prefill_tokens_per_second", first.prefill().map(BenchJson::spread).orElse(null));
        json.put("decoded_tokens", run.decodedTokens());
        json.put("decode_tokens_per_second", first.decode().map(BenchJson::spread).orElse(null));
        json.put("bytes_per_token", byRole(work.weightBytes()));
        json.put("bandwidth_bytes_per_second", report.outcome().limits().bandwidth().median());
        json.put("bandwidth_share", report.decodeShare(first).orElse(null));
        json.put("flops_per_token", byRole(work.weightOperations()));
        json.put("peak_share", report.prefillShare(first).orElse(null));
        json.put("layers", work.layers());
        json.put("weight_bytes", results.memory().weightBytes());
        json.put("memory_bytes", results.memory().availableBytes());
        json.put("limits", new LimitsJson(results.probe()).object(report.outcome().limits()));
        json.put("depths", report.outcome().speeds().stream().map(this::depth).toList());
        return json;
    }

    private Map<String, @Nullable Object> depth(Speed speed) {
        SpeedRun run = report.run();
        TokenWork work = report.work();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("depth", speed.depth());
        json.put("prefill_tokens_per_second", speed.prefill().map(BenchJson::spread).orElse(null));
        json.put(
                "prefill_flops_per_token",
                run.prompt(speed.depth()).map(work::prefillOperations).orElse(null));
        json.put("peak_share", report.prefillShare(speed).orElse(null));
        json.put("decode_tokens_per_second", speed.decode().map(BenchJson::spread).orElse(null));
        json.put(
                "key_value_bytes_per_token",
                run.answer(speed.depth()).map(work::keyValueBytes).orElse(null));
        json.put(
                "decode_bytes_per_token",
                run.answer(speed.depth()).map(work::decodeBytes).orElse(null));
        json.put("bandwidth_share", report.decodeShare(speed).orElse(null));
        json.put("whole_model", results.isPart() ? whole(speed) : null);
        return json;
    }

    private Map<String, @Nullable Object> whole(Speed speed) {
        int layers = results.wholeLayers();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("layers", layers);
        json.put("prefill_tokens_per_second", report.prefillWithLayers(speed, layers).orElse(null));
        json.put("decode_tokens_per_second", report.decodeWithLayers(speed, layers).orElse(null));
        return json;
    }

    static Map<String, Object> spread(Spread spread) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("median", spread.median());
        json.put("min", spread.least());
        json.put("max", spread.most());
        return json;
    }

    private static Map<String, Object> byRole(TokenCost cost) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("total", cost.total());
        json.putAll(cost.byRole());
        return json;
    }
}
