package dev.gatun.claims.spamlang;

import dev.gatun.model.LanguageModel;
import dev.gatun.model.head.HeadScores;
import dev.gatun.tensor.Batch;
import java.util.Arrays;

/** Loss and accuracy of a model on the one sequence that SpamLang has for each symbol. */
record SymbolScores(LanguageModel model, SpamLangSetting setting) {
  /** What a pass looks at, at most; the results do not depend on it beyond rounding. */
  private static final int POSITIONS = 4096;

  /** Over all positions of the sequences of these symbols. */
  HeadScores of(int[] symbols) {
    int length = setting.length();
    int rows = Math.max(1, POSITIONS / length);
    HeadScores scores = new HeadScores(0, 0, 0);
    for (int first = 0; first < symbols.length; first += rows) {
      int count = Math.min(rows, symbols.length - first);
      int[] sequences = new int[count * length];
      for (int row = 0; row < count; row++) {
        Arrays.fill(sequences, row * length, (row + 1) * length, symbols[first + row]);
      }
      scores = scores.plus(model.evaluate(new Batch(sequences, sequences, count, length)));
    }
    return scores;
  }
}
