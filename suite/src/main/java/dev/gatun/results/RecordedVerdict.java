package dev.gatun.results;

import java.util.List;

/**
 * The verdict that a claim is recorded to have at a tier.
 *
 * @param history one dated line per change, which says why the verdict changed
 */
public record RecordedVerdict(Outcome verdict, List<String> history) {
  /** A missing key, or a verdict without a cause, is an {@link IllegalArgumentException}. */
  public RecordedVerdict {
    if (verdict == null) {
      throw new IllegalArgumentException("a recorded verdict lacks the key verdict");
    }
    history = history == null ? List.of() : List.copyOf(history);
    if (history.isEmpty()) {
      throw new IllegalArgumentException("a recorded verdict lacks its history");
    }
  }
}
