package dev.gatun.claims.theorem;

import dev.gatun.experiment.Tier;
import java.util.List;

/**
 * What B7 measures at a tier.
 *
 * @param vocabulary V; heads have rank V − 1
 * @param contexts N
 * @param spectra of the ideal heads
 * @param ranks d of the heads that are looked for, ascending, below V − 1
 * @param mostSteps of a minimisation
 * @param seeds how many
 */
record TheoremPlan(
    int vocabulary,
    int contexts,
    List<Spectra> spectra,
    List<Integer> ranks,
    int mostSteps,
    int seeds) {
  private static final List<Spectra> SPECTRA =
      List.of(
          new Spectra("flat", 0),
          new Spectra("power0.5", 0.5),
          new Spectra("power1", 1),
          new Spectra("power2", 2));

  /** The paper proves the theorem and measures nothing: its tier is a larger desk. */
  static TheoremPlan of(Tier tier) {
    return switch (tier) {
      case QUICK ->
          new TheoremPlan(32, 128, SPECTRA, List.of(1, 2, 4, 8, 16, 20, 24, 27, 29, 30), 600, 5);
      case DESK ->
          new TheoremPlan(
              128,
              512,
              SPECTRA,
              List.of(1, 2, 4, 8, 16, 32, 64, 80, 96, 108, 116, 121, 124, 126),
              1000,
              5);
      case PAPER ->
          new TheoremPlan(
              512,
              2048,
              SPECTRA,
              List.of(1, 4, 16, 64, 128, 256, 320, 384, 432, 464, 485, 500, 507, 510),
              1000,
              5);
    };
  }
}
