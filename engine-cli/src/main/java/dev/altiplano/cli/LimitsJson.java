package dev.altiplano.cli;

import dev.altiplano.bench.LimitProbe;
import dev.altiplano.bench.Limits;
import dev.altiplano.bench.MachineLoad;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The limits of the machine for programs. */
final class LimitsJson {
    private final LimitProbe probe;

    LimitsJson(LimitProbe probe) {
        this.probe = probe;
    }

    /** What was found with each number of threads. */
    static Map<String, Object> of(LimitProbe probe, List<Limits> limits) {
        LimitsJson json = new LimitsJson(probe);
        return Map.of("limits", limits.stream().map(json::object).toList());
    }

    Map<String, @Nullable Object> object(Limits limits) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("threads", limits.threads());
        json.put("loops", probe.loops());
        json.put("buffer_bytes", probe.bufferBytes());
        json.put("beyond_caches", probe.isBeyondCaches());
        json.put("bandwidth_bytes_per_second", BenchJson.spread(limits.bandwidth()));
        json.put("multiply_add_flops_per_second", BenchJson.spread(limits.operations()));
        json.put("quiet", limits.quiet());
        json.put("other_processors", limits.load().map(MachineLoad::others).orElse(null));
        json.put("stolen_processors", limits.load().map(MachineLoad::stolen).orElse(null));
        json.put("disk_waits", limits.load().map(MachineLoad::diskWaits).orElse(null));
        return json;
    }
}
