package dev.altiplano.event;

import org.jspecify.annotations.Nullable;

/** Where the engine tells recordings what it does. */
public final class FlightRecord {
    private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private FlightRecord() {}

    private static boolean isOn() {
        return PRESENT && JfrEvents.isOn();
    }

    /** Begins the opening of a model; null when nobody records. */
    public static @Nullable Span<LoadFacts> load() {
        return isOn() ? JfrEvents.load() : null;
    }

    /**
     * Begins a step; null when nobody records.
     *
     * @param single whether it reads one token
     */
    public static @Nullable Span<StepFacts> step(boolean single) {
        if (!isOn()) {
            return null;
        }
        return single ? JfrEvents.decode() : JfrEvents.prefill();
    }

    /**
     * Something that makes the engine slow.
     *
     * @param cliff its name
     */
    public static void cliff(String cliff, String found, String remedy) {
        if (isOn()) {
            JfrEvents.cliff(cliff, found, remedy);
        }
    }
}
