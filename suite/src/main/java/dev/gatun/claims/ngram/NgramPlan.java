package dev.gatun.claims.ngram;

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

  private static final int SEEDS = 5;

  /** Keeps a copy of the list. */
  NgramPlan {
    settings = List.copyOf(settings);
  }

  static NgramPlan of(Tier tier, long firstSeed) {
    return switch (tier) {
      case QUICK -> quick(firstSeed);
      case DESK -> desk(firstSeed);
      case PAPER -> paper(firstSeed);
    };
  }

  /**
   * V = 4,096 with n of 2 to 6, the corpus growing fourfold from a 64th, and shuffles of every
   * size; five of the quarter, which is large enough to have the shape of the whole and costs a
   * third of it.
   */
  static NgramPlan quick(long firstSeed) {
    return of(4096, List.of(2, 3, 4, 5, 6), List.of(64, 16, 4, 1), 4, firstSeed);
  }

  /**
   * The paper's smaller vocabulary and its n alone. The whole corpus comes first: it answers the
   * claim, and with its shuffle, which comes last, takes most of the hour.
   */
  static NgramPlan desk(long firstSeed) {
    return of(32_768, List.of(5), List.of(1, 64, 16), 64, firstSeed);
  }

  /** All of GPT-2's tokens, near the paper's larger vocabulary: a Gram matrix of 18.8 GiB. */
  static NgramPlan paper(long firstSeed) {
    return of(50_257, List.of(2, 3, 4, 5, 6), List.of(1, 64, 16, 4), 16, firstSeed);
  }

  /**
   * Orders of the whole corpus, the paper's order of each part, then shuffles of each part.
   *
   * @param seededPart the part that is shuffled with several seeds
   */
  static NgramPlan of(
      int vocabulary, List<Integer> orders, List<Integer> parts, int seededPart, long firstSeed) {
    var settings = new ArrayList<NgramSetting>();
    for (int part : parts) {
      for (int order : part == 1 ? orders : List.of(ORDER)) {
        settings.add(new NgramSetting(vocabulary, order, part, false, firstSeed));
      }
    }
    for (int part : parts) {
      for (int i = 0; i < (part == seededPart ? SEEDS : 1); i++) {
        settings.add(new NgramSetting(vocabulary, ORDER, part, true, firstSeed + i));
      }
    }
    return new NgramPlan(vocabulary, settings);
  }
}
