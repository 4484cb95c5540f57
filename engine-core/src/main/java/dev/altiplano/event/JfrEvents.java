package dev.altiplano.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

import org.jspecify.annotations.Nullable;

/** The events; the only class that knows {@code jdk.jfr}, and loaded only where it is. */
@SuppressWarnings("UnusedVariable") // the recorder reads the fields
final class JfrEvents {
    // asked before an event is made, so that one that nobody wants is not allocated
    private static final Step DECODE = new Decode();
    private static final Step PREFILL = new Prefill();

    private JfrEvents() {}

    /** Whether this JVM has ever recorded; before that, events cost nothing. */
    static boolean isOn() {
        return FlightRecorder.isInitialized();
    }

    static @Nullable Span<LoadFacts> load() {
        Load event = new Load();
        if (!event.isEnabled()) {
            return null;
        }
        event.begin();
        return event::end;
    }

    static @Nullable Span<StepFacts> decode() {
        return DECODE.isEnabled() ? begun(new Decode()) : null;
    }

    static @Nullable Span<StepFacts> prefill() {
        return PREFILL.isEnabled() ? begun(new Prefill()) : null;
    }

    private static Span<StepFacts> begun(Step event) {
        event.begin();
        return event::end;
    }

    static void cliff(String cliff, String found, String remedy) {
        Cliff event = new Cliff();
        event.cliff = cliff;
        event.found = found;
        event.remedy = remedy;
        event.commit();
    }

    @Name("altiplano.Load")
    @Label("Model Opened")
    @Category("Altiplano")
    @StackTrace(false)
    private static final class Load extends Event {
        @Label("Folder")
        String folder = "";

        @Label("Layers")
        int layers;

        @Label("Weights")
        @DataAmount
        long weightBytes;

        @Label("Threads")
        int threads;

        @Label("Kernels")
        String kernels = "";

        void end(LoadFacts facts) {
            folder = facts.folder();
            layers = facts.layers();
            weightBytes = facts.weightBytes();
            threads = facts.threads();
            kernels = facts.kernels();
            commit();
        }
    }

    @Category("Altiplano")
    @StackTrace(false)
    private abstract static sealed class Step extends Event permits Decode, Prefill {
        @Label("Position")
        @Description("Of the first token")
        int position;

        @Label("Tokens")
        int tokens;

        @Label("Sequences")
        @Description("Of several, each reads one token")
        int sequences;

        @Label("Workers")
        @Description("Threads that ran the step")
        int workers;

        @Label("Experts")
        @Description("Chosen for a single token, layer after layer")
        String experts = "";

        @Label("Experts Read")
        @Description("Summed over layers")
        int expertsRead;

        @Label("Attention")
        @Timespan(Timespan.NANOSECONDS)
        long attentionTime;

        @Label("Feed-Forward")
        @Timespan(Timespan.NANOSECONDS)
        long feedForwardTime;

        @Label("Head")
        @Timespan(Timespan.NANOSECONDS)
        long headTime;

        @Label("Weights Read")
        @DataAmount
        long weightBytes;

        @Label("Keys and Values Read")
        @DataAmount
        long keyValueBytes;

        final void end(StepFacts facts) {
            position = facts.position();
            tokens = facts.tokens();
            sequences = facts.sequences();
            workers = facts.workers();
            experts = facts.experts();
            expertsRead = facts.expertsRead();
            attentionTime = facts.attentionNanos();
            feedForwardTime = facts.feedForwardNanos();
            headTime = facts.headNanos();
            weightBytes = facts.weightBytes();
            keyValueBytes = facts.keyValueBytes();
            commit();
        }
    }

    @Name("altiplano.Decode")
    @Label("Token Read")
    private static final class Decode extends Step {}

    @Name("altiplano.Prefill")
    @Label("Block of Tokens Read")
    private static final class Prefill extends Step {}

    @Name("altiplano.Cliff")
    @Label("Performance Cliff")
    @Category("Altiplano")
    @StackTrace(false)
    private static final class Cliff extends Event {
        @Label("Cliff")
        String cliff = "";

        @Label("Found")
        String found = "";

        @Label("Remedy")
        String remedy = "";
    }
}
