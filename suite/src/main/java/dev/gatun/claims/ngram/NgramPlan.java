package dev.gatun.claims.ngram;

import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import java.util.ArrayList;
import java.util.List;

/**
 * The matrices of a tier.
 *
 * @param vocabulary V of all
 * @param settings in the order in which they are computed; those of one sample stand together
 */
record NgramPlan(int vocabulary, List<NgramSetting> settings) {
  /** The paper's. */
  static final int ORDER = 5;

  /** Occurrences from which on a context's row says more than that it occurred. */
  private static final int FREQUENT = 20;

  /** Keeps a copy of the list. */
  NgramPlan {
    settings = List.copyOf(settings);
  }

  static NgramPlan of(Tier tier, Seeds seeds) {
    return switch (tier) {
      case QUICK -> quick(seeds.first());
      case DESK -> desk(seeds.first());
      case PAPER -> paper(seeds.first());
    };
  }

  /**
   * V = 4,096 with n of 2 and 5, the frequent contexts apart, rows of a smoothed model, and a
   * shuffle of the text. Other n, and what parts of the corpus have, are for the longer tiers.
   */
  static NgramPlan quick(long seed) {
    return of(4096, List.of(2, 5), List.of(1), seed);
  }

  /**
   * The paper's smaller vocabulary and its n alone, of the whole corpus: all contexts, which answer
   * the claim, then the frequent ones, with a Gram matrix of up to 8 GiB each. A smoothed model and
   * a shuffle, which would be further matrices of that order, are for the other tiers.
   */
  static NgramPlan desk(long seed) {
    int vocabulary = 32_768;
    return new NgramPlan(
        vocabulary,
        List.of(
            new NgramSetting(vocabulary, ORDER, 1, 1, false, false, seed),
            new NgramSetting(vocabulary, ORDER, FREQUENT, 1, false, false, seed)));
  }

  /** All of GPT-2's tokens, near the paper's larger vocabulary: a Gram matrix of 18.8 GiB. */
  static NgramPlan paper(long seed) {
    return of(50_257, List.of(2, 3, 4, 5, 6), List.of(1, 64, 16, 4), seed);
  }

  /**
   * Orders of the whole corpus, the paper's order of its frequent contexts, of a smoothed model and
   * of each part, then a shuffle of each part.
   */
  static NgramPlan of(int vocabulary, List<Integer> orders, List<Integer> parts, long seed) {
    var settings = new ArrayList<NgramSetting>();
    for (int part : parts) {
      for (int order : part == 1 ? orders : List.of(ORDER)) {
        settings.add(new NgramSetting(vocabulary, order, 1, part, false, false, seed));
      }
      if (part == 1) {
        settings.add(new NgramSetting(vocabulary, ORDER, FREQUENT, part, false, false, seed));
        settings.add(new NgramSetting(vocabulary, ORDER, 1, part, true, false, seed));
      }
    }
    for (int part : parts) {
      settings.add(new NgramSetting(vocabulary, ORDER, 1, part, false, true, seed));
    }
    return new NgramPlan(vocabulary, settings);
  }
}
