package dev.gatun.train;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds what a user probably meant. */
public final class NearestName {
  private NearestName() {}

  /** The candidate of smallest edit distance, if that is at most half of what was typed. */
  public static Optional<String> of(String typed, Collection<String> candidates) {
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    return candidates.stream()
        .filter(c -> distance.apply(typed, c) <= Math.max(1, typed.length() / 2))
        .min(
            Comparator.comparingInt((String c) -> distance.apply(typed, c))
                .thenComparing(Comparator.naturalOrder()));
  }

  /** {@code "; did you mean 'x'?"}, or nothing. */
  public static String hint(String typed, Collection<String> candidates) {
    return of(typed, candidates).map(c -> "; did you mean '" + c + "'?").orElse("");
  }
}
