package dev.gatun.facts;

import java.util.List;

/**
 * What the figures of arXiv 2404.07647 show and its text prints.
 *
 * @param text that its models were measured on
 * @param scalingLaw of the larger Pythia models, printed
 * @param lossCurves of figure 1, in the order of models and steps
 * @param finalLosses at the last step of figure 1
 * @param leastLosses of the models that the paper calls saturated
 * @param lastLayerAnisotropies of figure 2
 * @param firstAnisotropiesAboveHalf of figure 3
 * @param singularEntropies of figure 5
 * @param trainedHeads of figures 6 and 9, in the order of models and ranks
 * @param headErrors of figure 8, in the order of ranks
 * @param nextTokenErrors of figure 7
 */
public record SaturationPaper(
    String text,
    ReadingErrors readingErrors,
    Training pythiaTraining,
    ScalingLaw scalingLaw,
    List<Loss> lossCurves,
    List<Loss> finalLosses,
    List<Loss> leastLosses,
    List<Anisotropy> lastLayerAnisotropies,
    List<Step> firstAnisotropiesAboveHalf,
    List<SingularEntropy> singularEntropies,
    List<TrainedHead> trainedHeads,
    List<HeadError> headErrors,
    List<NextTokenError> nextTokenErrors) {

  /** The numbers that ship with Gatun. */
  public static SaturationPaper shipped() {
    return FactsFile.json("2404.07647-figures.json", SaturationPaper.class);
  }

  /**
   * How exactly values could be read off.
   *
   * @param lossNats of figure 1
   * @param entropyShare of figure 5, as a share of the entropy
   */
  public record ReadingErrors(double lossNats, double entropyShare) {}

  /** How all Pythia models were trained (Biderman et al., arXiv 2304.01373). */
  public record Training(long steps, long tokensPerStep) {}

  /** A loss in nats per token after a step. */
  public record Loss(PublishedModel model, long step, double loss) {}

  /** The mean cosine of hidden states, as a range where the figure shows no more. */
  public record Anisotropy(PublishedModel model, double low, double high) {}

  /** A step of a model's training. */
  public record Step(PublishedModel model, long step) {}

  /**
   * The singular entropy of a model's head in training, in nats.
   *
   * @param leastStep the step of the least entropy
   * @param last at the end of training
   */
  public record SingularEntropy(PublishedModel model, long leastStep, double least, double last) {
    /** Its rise after the least over the greatest entropy that there can be, ln D. */
    public double riseShare() {
      return (last - least) / Math.log(model.width());
    }
  }

  /** A head of low rank that was trained on a frozen model. */
  public record TrainedHead(
      PublishedModel model, int rank, double loss, double accuracyPercent, double learningRate) {}

  /** The share of a head's norm that its best approximation of a rank leaves out. */
  public record HeadError(PublishedModel model, int rank, double wError) {}

  /** The same of the 5-gram matrix of a corpus, for a rank of the dimension. */
  public record NextTokenError(
      String tokenizer, int vocabulary, String corpus, int dimension, double wError) {}

  /** A loss with the tokens that Pythia models have seen by its step. */
  public LossPoint point(Loss loss) {
    double tokens = (double) loss.step() * pythiaTraining.tokensPerStep();
    return new LossPoint(loss.model(), loss.step(), tokens, loss.loss());
  }
}
