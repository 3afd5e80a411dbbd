package dev.gatun.io;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Unmodifiable maps that keep their order. The JDK's own, as {@link Map#of()} makes them, have
 * another order in each process, which must not come into anything that is written.
 */
public final class Ordered {
  private Ordered() {}

  /** These entries, in this order. */
  @SafeVarargs
  public static <K, V> Map<K, V> map(Map.Entry<K, ? extends V>... entries) {
    Map<K, V> map = new LinkedHashMap<>();
    for (var entry : entries) {
      map.put(entry.getKey(), entry.getValue());
    }
    return Collections.unmodifiableMap(map);
  }

  /** A copy in the order of the original. */
  public static <K, V> Map<K, V> copyOf(Map<? extends K, ? extends V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
