package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.model.head.HeadScores;
import dev.gatun.model.head.MatrixHead;
import dev.gatun.results.CurveName;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/**
 * Measures a head on the hidden states that it takes, wherever they come from. What depends on the
 * weights alone is computed once, for all contexts that are measured.
 */
final class ContextMeter implements AutoCloseable {
  private final Backend backend;
  private final MatrixHead head;
  private final Randomness randomness;
  private final MeasureProgress progress;
  private Optional<HeadWeights> headWeights = Optional.empty();

  ContextMeter(Backend backend, MatrixHead head, Randomness randomness, MeasureProgress progress) {
    this.backend = backend;
    this.head = head;
    this.randomness = randomness;
    this.progress = progress;
  }

  /**
   * Measures on some contexts.
   *
   * @param contexts hidden states [N, D]
   * @param targets the tokens that follow [N]
   * @param hidden all hidden states, which the result hands on
   */
  MeasuredCheckpoint measure(
      Tensor contexts, int[] targets, Tensor hidden, long step, RunRecorder run) {
    try (TensorScope scope = backend.newScope()) {
      Tensor ids = scope.zeros(ElementType.I32, targets.length);
      backend.write(targets, ids);
      var at = new HeadInputs(contexts, ids, targets.length);
      progress.at("the head's singular values");
      HeadWeights weights = headWeights();
      progress.at("losses");
      LogitRounding rounding = LogitRounding.of(backend, head, weights.weights, at);
      rounding.requireKnown();
      HeadScores scores = head.scores(at.hidden(), at.targets());
      run.metric("loss", step, scores.meanLoss(), rounding.lossError(), "nats");
      run.metric("accuracy", step, scores.accuracy(), "1");
      weights.record(step, run);
      progress.at("the logit gradient");
      try (var gram = new ContextGram(backend, head, at, targets, weights.random)) {
        var report =
            new HeadReport(backend, weights, at, gram, rounding, targets, randomness, progress);
        return report.record(step, run, new MeasuredCheckpoint(hidden, scores.meanLoss()));
      }
    }
  }

  private HeadWeights headWeights() {
    if (headWeights.isEmpty()) {
      headWeights = Optional.of(new HeadWeights(backend, head, randomness));
    }
    return headWeights.get();
  }

  @Override
  public void close() {
    headWeights.ifPresent(HeadWeights::close);
    headWeights = Optional.empty();
  }

  /** The column spaces of a head and of a random one. */
  record Spaces(HeadSpace own, HeadSpace random) implements AutoCloseable {
    static Spaces of(Backend backend, Tensor weights, Tensor random) {
      try (var opened = new CloseStack()) {
        var spaces =
            new Spaces(
                opened.own(new HeadSpace(backend, weights)),
                opened.own(new HeadSpace(backend, random)));
        opened.keep();
        return spaces;
      }
    }

    /** The spaces of both heads, centred; none if all tokens have the same weights. */
    static Optional<Spaces> centred(Backend backend, Tensor weights, Tensor random) {
      try (var opened = new CloseStack()) {
        Optional<Spaces> spaces =
            HeadSpace.centred(backend, weights)
                .map(opened::own)
                .map(own -> new Spaces(own, HeadSpace.centred(backend, random).orElseThrow()));
        opened.keep();
        return spaces;
      }
    }

    @Override
    public void close() {
      own.close();
      random.close();
    }
  }

  /** The head's weights and a random head's, with what follows from them alone. */
  static final class HeadWeights implements AutoCloseable {
    final MatrixHead head;
    final Tensor weights; // [V, D]
    final Tensor random; // [V, D]
    final Spaces spaces;
    final Optional<Spaces> centred; // of C·W, where softmax cannot tell it from W
    private final TensorScope scope;

    HeadWeights(Backend backend, MatrixHead head, Randomness randomness) {
      this.head = head;
      try (var opened = new CloseStack()) {
        this.scope = opened.own(backend.newScope());
        this.weights = head.weights(scope);
        this.random =
            NormalMatrix.inBlocks(
                backend, scope, weights.rows(), weights.cols(), randomness.stream("random head"));
        this.spaces = opened.own(Spaces.of(backend, weights, random));
        this.centred =
            head.cap().isPresent() ? Optional.empty() : Spaces.centred(backend, weights, random);
        opened.keep();
      }
    }

    /** Singular values, their entropy, the errors of lower ranks; beside each the random head's. */
    void record(long step, RunRecorder run) {
      record(spaces, step, run);
      centred.ifPresent(ofBoth -> record(ofBoth, step, run.centred()));
      run.metric(
          "singular_entropy_unrelated",
          step,
          SingularEntropy.ofGaussian(weights.rows(), weights.cols()),
          "nats");
    }

    private void record(Spaces of, long step, RunRecorder run) {
      Spectrum spectrum = of.own.spectrum();
      Spectrum ofRandom = of.random.spectrum();
      run.spectrum("head", step, spectrum.singularValues(), spectrum.errorBound());
      run.metric("head_condition", step, of.own.conditionNumber(), "1");
      run.metric("head_rank", step, of.own.rank(), "1");
      run.metric("singular_entropy", step, SingularEntropy.of(spectrum).divergence(), "nats");
      run.metric(
          "singular_entropy_random_head", step, SingularEntropy.of(ofRandom).divergence(), "nats");
      HeadMeter.recordSpread(spectrum, step, run);
      for (int rank : RankTruncation.ranks((int) weights.cols())) {
        run.metric(
            CurveName.name("head_error_of_rank", rank),
            step,
            spectrum.bestRankResidual(rank),
            spectrum.bestRankResidualError(rank),
            "1");
        run.metric(
            CurveName.name("random_head_error_of_rank", rank),
            step,
            ofRandom.bestRankResidual(rank),
            "1");
      }
    }

    @Override
    public void close() {
      spaces.close();
      centred.ifPresent(Spaces::close);
      scope.close();
    }
  }
}
