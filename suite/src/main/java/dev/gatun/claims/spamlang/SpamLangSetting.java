package dev.gatun.claims.spamlang;

import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.RunSetting;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.head.HeadBackward;
import java.util.OptionalInt;

/**
 * One training run on SpamLang: each sequence repeats one symbol of V, drawn uniformly.
 *
 * @param arm what sets it apart from the others of its plan, but for the seed
 * @param model what is trained
 * @param backwardRank rank of the head's backward pass to the hidden states; the width for the
 *     exact one
 * @param training whose batch counts sequences; each is an independent example
 * @param seed of initial weights and batches
 */
public record SpamLangSetting(
    String arm, TransformerConfig model, int backwardRank, UsualTraining training, long seed)
    implements RunSetting {

  /** There is no text behind it. */
  @Override
  public OptionalInt corpusVocabulary() {
    return OptionalInt.empty();
  }

  /** Independent sequences that the whole run sees per symbol, on average. */
  public double sequencesPerSymbol() {
    return (double) steps() * batch() / model.vocabulary();
  }

  SpamLangSetting withHead(HeadChoice head) {
    return new SpamLangSetting(
        arm,
        model.withHead(head.of(model.vocabulary(), model.width())),
        backwardRank,
        training,
        seed);
  }

  @Override
  public HeadBackward backward() {
    return backwardRank == model.width()
        ? HeadBackward.EXACT
        : new HeadBackward.RankLimited(backwardRank);
  }
}
