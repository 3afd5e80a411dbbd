package dev.gatun.experiment;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How much work a claim may do. */
public enum Tier {
  /** All claims on two CPU cores in minutes; part of the build. */
  QUICK,
  /**
   * At most 45 minutes a claim on two CPU cores, and six hours for all. What stays undecided at
   * this budget says what would decide it.
   */
  DESK,
  /** The paper's own configuration. */
  PAPER;

  /** As in options and evidence: {@code quick}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The tier of a label.
   *
   * @throws IllegalArgumentException if there is none, naming all
   */
  public static Tier of(String label) {
    return Arrays.stream(values())
        .filter(tier -> tier.label().equals(label))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "there is no tier '%s'; choose one of %s"
                    .formatted(
                        label,
                        Arrays.stream(values())
                            .map(Tier::label)
                            .collect(Collectors.joining(", ")))));
  }
}
