package dev.altiplano;

import dev.altiplano.event.FlightRecord;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Warns of each finding once in the life of a JVM, and tells recordings of it every time. */
final class PerformanceLog {
    private static final Logger LOG = LoggerFactory.getLogger(PerformanceLog.class);
    private static final Set<PerformanceFinding> TOLD = ConcurrentHashMap.newKeySet();

    private PerformanceLog() {}

    /** Warns, and returns true, unless it was told before. */
    static boolean tell(PerformanceFinding finding) {
        PerformanceCliff cliff = finding.cliff();
        FlightRecord.cliff(cliff.name(), finding.found(), cliff.remedy());
        boolean news = TOLD.add(finding);
        if (news) {
            LOG.warn("slow: {}", finding.text());
        }
        return news;
    }
}
