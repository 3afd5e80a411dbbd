package dev.gatun.claims.spamlang;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.head.HeadScores;
import dev.gatun.tensor.Batch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SymbolScoresTest {
  private static final int VOCABULARY = 11;
  private static final int LENGTH = 3;

  @Test
  void scoresOfAllSymbolsAreTheSumOfEachOnesOwn() {
    var config = TransformerConfig.gpt2(VOCABULARY, 8, 1, 2, LENGTH);
    Randomness weights = Randomness.of(5).stream("weights");
    try (Backend backend = ReferenceBackend.open();
        LanguageModel model =
            LanguageModel.initialise(
                backend, config, (name, out, d) -> weights.stream(name).gaussian(out, 20 * d))) {
      var scores = new SymbolScores(model, setting(config));
      HeadScores all = scores.of(IntStream.range(0, VOCABULARY).toArray());
      HeadScores sum = new HeadScores(0, 0, 0);
      for (int symbol = 0; symbol < VOCABULARY; symbol++) {
        int[] sequence = {symbol, symbol, symbol};
        sum = sum.plus(model.evaluate(new Batch(sequence, sequence, 1, LENGTH)));
      }
      assertEquals(VOCABULARY * LENGTH, all.targets());
      assertEquals(sum.correct(), all.correct());
      assertEquals(sum.lossSum(), all.lossSum(), 1e-9);
      assertEquals(new HeadScores(0, 0, 0), scores.of(new int[0]));
    }
  }

  private static SpamLangSetting setting(TransformerConfig config) {
    return new SpamLangSetting("arm", config, config.width(), new UsualTraining(2, 1, 1e-2, 0), 1);
  }
}
