package dev.gatun.results;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** The valid name that a misspelt one comes nearest to. */
public final class NearestName {
  private NearestName() {}

  /**
   * The nearest of the valid names by edit distance, the first in the alphabet of equals.
   *
   * @throws IllegalArgumentException if there are no valid names
   */
  public static String of(String name, Collection<String> valid) {
    var distance = LevenshteinDistance.getDefaultInstance();
    return valid.stream()
        .min(
            Comparator.<String>comparingInt(
                    v -> distance.apply(name.toLowerCase(Locale.ROOT), v.toLowerCase(Locale.ROOT)))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow(() -> new IllegalArgumentException("there are no valid names for " + name));
  }
}
