package dev.gatun.io;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was passed over, or taken for granted, while something was read: one line for each kind.
 * What is noted twice is told once.
 */
public final class Notes {
  private static final int MOST_SHOWN = 12;

  private final Map<String, Set<String>> found = new LinkedHashMap<>();

  /**
   * Adds one thing.
   *
   * @param kind a sentence in which {@code %s} stands for all things of that kind
   */
  public synchronized void add(String kind, String thing) {
    found.computeIfAbsent(kind, _ -> new LinkedHashSet<>()).add(thing);
  }

  /** A line for each kind, in the order in which they were found. */
  public synchronized List<String> lines() {
    return found.entrySet().stream()
        .map(entry -> entry.getKey().formatted(listed(entry.getValue())))
        .toList();
  }

  private static String listed(Set<String> things) {
    String shown = String.join(", ", things.stream().limit(MOST_SHOWN).toList());
    return things.size() <= MOST_SHOWN
        ? shown
        : "%s and %s more".formatted(shown, things.size() - MOST_SHOWN);
  }
}
