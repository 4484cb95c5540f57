package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Python's dict: keeps the order of insertion; 1, 1.0 and True are the same key. */
final class Dict {
    private final Map<Object, Entry> entries;

    /** One key as it was first written, and its value. */
    record Entry(Object key, Object value) {
        Tuple pair() {
            return Tuple.of(key, value);
        }
    }

    Dict() {
        this(new LinkedHashMap<>());
    }

    private Dict(Map<Object, Entry> entries) {
        this.entries = entries;
    }

    /** Adds or replaces an entry while the dict is built. */
    void put(Budget budget, Object key, Object value) {
        Object hash = Hashes.key(budget, key);
        Entry old = entries.get(hash);
        entries.put(hash, new Entry(old == null ? key : old.key(), value));
    }

    /** {@link #put} for a key that is a text. */
    void put(String key, Object value) {
        entries.put(key, new Entry(key, value));
    }

    @Nullable Object get(String key) {
        Entry entry = entries.get(key);
        return entry == null ? null : entry.value();
    }

    @Nullable Object get(Budget budget, Object key) {
        Entry entry = entries.get(Hashes.key(budget, key));
        return entry == null ? null : entry.value();
    }

    boolean containsKey(Budget budget, Object key) {
        return entries.containsKey(Hashes.key(budget, key));
    }

    int size() {
        return entries.size();
    }

    Iterable<Entry> entries() {
        return entries.values();
    }

    List<Object> keys() {
        List<Object> keys = new ArrayList<>(size());
        entries.values().forEach(entry -> keys.add(entry.key()));
        return keys;
    }

    List<Object> values() {
        List<Object> values = new ArrayList<>(size());
        entries.values().forEach(entry -> values.add(entry.value()));
        return values;
    }

    List<Object> pairs() {
        List<Object> pairs = new ArrayList<>(size());
        entries.values().forEach(entry -> pairs.add(entry.pair()));
        return pairs;
    }

    Dict copy() {
        return new Dict(new LinkedHashMap<>(entries));
    }
}
