package dev.altiplano;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Tells of each finding once in the life of a JVM. */
final class PerformanceLog {
    private static final Logger LOG = LoggerFactory.getLogger(PerformanceLog.class);
    private static final Set<PerformanceFinding> TOLD = ConcurrentHashMap.newKeySet();

    private PerformanceLog() {}

    /** Tells, and returns true, unless it was told before. */
    static boolean tell(PerformanceFinding finding) {
        boolean news = TOLD.add(finding);
        if (news) {
            LOG.warn("slow: {}", finding.text());
        }
        return news;
    }
}
