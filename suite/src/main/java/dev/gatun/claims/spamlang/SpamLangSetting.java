package dev.gatun.claims.spamlang;

import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.RunSetting;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.head.HeadBackward;
import dev.gatun.train.TrainingConfig;
import java.util.OptionalInt;

/**
 * One training run on SpamLang: each sequence repeats one symbol of V, drawn uniformly.
 *
 * @param arm what sets it apart from the others of its plan, but for the seed
 * @param model what is trained
 * @param backwardRank rank of the head's backward pass to the hidden states; the width for the
 *     exact one
 * @param length symbols per sequence
 * @param batch sequences per step: as many independent examples
 * @param steps training steps
 * @param learningRate peak rate
 * @param warmupSteps steps of linear warm-up, before a cosine to a tenth
 * @param optimiser how gradients become steps
 * @param seed of initial weights and batches
 */
public record SpamLangSetting(
    String arm,
    TransformerConfig model,
    int backwardRank,
    int length,
    int batch,
    long steps,
    double learningRate,
    long warmupSteps,
    TrainingConfig.OptimiserSettings optimiser,
    long seed)
    implements RunSetting {

  /** There is no text behind it. */
  @Override
  public OptionalInt corpusVocabulary() {
    return OptionalInt.empty();
  }

  /** Independent sequences that the whole run sees per symbol, on average. */
  public double sequencesPerSymbol() {
    return (double) steps * batch / model.vocabulary();
  }

  /** The same with another head. */
  SpamLangSetting withHead(HeadChoice head) {
    return new SpamLangSetting(
        arm,
        model.withHead(head.of(model.vocabulary(), model.width())),
        backwardRank,
        length,
        batch,
        steps,
        learningRate,
        warmupSteps,
        optimiser,
        seed);
  }

  /** The head's backward pass. */
  HeadBackward backward() {
    return backwardRank == model.width()
        ? HeadBackward.EXACT
        : new HeadBackward.RankLimited(backwardRank);
  }

  /** The training, with the gradient clipped to norm 1. */
  TrainingConfig training() {
    return UsualTraining.of(this, learningRate, warmupSteps, optimiser);
  }
}
