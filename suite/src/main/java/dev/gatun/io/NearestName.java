package dev.gatun.io;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** The valid name that a misspelt one comes nearest to; capitals make no difference. */
public final class NearestName {
  private NearestName() {}

  /**
   * The nearest of the valid names by edit distance, the first in the alphabet of equals.
   *
   * @throws IllegalArgumentException if there are no valid names
   */
  public static String of(String name, Collection<String> valid) {
    return valid.stream()
        .min(
            Comparator.<String>comparingInt(v -> distance(name, v))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow(() -> new IllegalArgumentException("there are no valid names for " + name));
  }

  /** {@code "; did you mean 'x'?"}, or nothing where even the nearest name is far. */
  public static String hint(String name, Collection<String> valid) {
    if (valid.isEmpty()) {
      return "";
    }
    String nearest = of(name, valid);
    boolean near = distance(name, nearest) <= Math.max(1, name.length() / 2);
    return near ? "; did you mean '" + nearest + "'?" : "";
  }

  private static int distance(String one, String other) {
    return LevenshteinDistance.getDefaultInstance()
        .apply(one.toLowerCase(Locale.ROOT), other.toLowerCase(Locale.ROOT));
  }
}
