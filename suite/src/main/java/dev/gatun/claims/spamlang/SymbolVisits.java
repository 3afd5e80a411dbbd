package dev.gatun.claims.spamlang;

import dev.gatun.data.BatchSource;
import dev.gatun.tensor.Batch;
import java.util.Arrays;
import java.util.stream.IntStream;

/** How many sequences of each symbol a run was trained on, counted in its batches. */
final class SymbolVisits {
  private final int[] visits; // by symbol

  private SymbolVisits(int[] visits) {
    this.visits = visits;
  }

  /** Counts the first symbols of all sequences: batches are a function of the step. */
  static SymbolVisits of(BatchSource batches, SpamLangSetting setting) {
    int[] visits = new int[setting.model().vocabulary()];
    for (long step = 0; step < setting.steps(); step++) {
      Batch batch = batches.batch(step);
      for (int row = 0; row < batch.batch(); row++) {
        visits[batch.inputs()[row * batch.length()]]++;
      }
    }
    return new SymbolVisits(visits);
  }

  /** V. */
  int symbols() {
    return visits.length;
  }

  double meanVisits() {
    return Arrays.stream(visits).average().orElseThrow();
  }

  /** Share of the symbols that had any. */
  double seenShare() {
    return (double) Arrays.stream(visits).filter(n -> n > 0).count() / visits.length;
  }

  /** The numbers of sequences that symbols had, ascending. */
  int[] numbers() {
    return Arrays.stream(visits).distinct().sorted().toArray();
  }

  /** Symbols that had between so many sequences, both included. */
  int[] symbolsSeen(double least, double most) {
    return IntStream.range(0, visits.length)
        .filter(symbol -> visits[symbol] >= least && visits[symbol] <= most)
        .toArray();
  }
}
