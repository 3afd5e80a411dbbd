package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.head.Head;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.model.head.MatrixHead;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.CalibratedProjection;
import dev.gatun.spectrum.Centring;
import dev.gatun.spectrum.FrequencyLeverage;
import dev.gatun.spectrum.GradientProjection;
import dev.gatun.spectrum.HeadSubspace;
import dev.gatun.spectrum.LogitStep;
import dev.gatun.spectrum.RowChunks;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.spectrum.TargetLeverage;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures what a model's head does to the logit gradient G = (P − Y)/N of fixed contexts, whose
 * rows are the contexts as drawn: N rows, of which equal contexts give equal P.
 */
public final class HeadMeter {
  private final HeadMeasures measures;
  private final Batch contexts;
  private final Randomness randomness;
  private final Optional<double[]> frequencies;

  /**
   * For the given contexts.
   *
   * @param randomness from which the random heads are drawn
   */
  public HeadMeter(HeadMeasures measures, Batch contexts, Randomness randomness) {
    this(measures, contexts, randomness, Optional.empty());
  }

  /**
   * For the given contexts.
   *
   * @param randomness from which the random heads are drawn
   * @param frequencies of all tokens in the text that is trained on [V], none of them 0, if what
   *     follows from them is to be recorded
   */
  public HeadMeter(
      HeadMeasures measures,
      Batch contexts,
      Randomness randomness,
      Optional<double[]> frequencies) {
    this.measures = measures;
    this.contexts = contexts;
    this.randomness = randomness;
    this.frequencies = frequencies;
  }

  /**
   * Records the cheap measures: norms by the trace formula, their nulls, leverage, loss; what is of
   * W also of C·W. Of a head that amounts to no matrix, the loss alone.
   */
  public void recordProjection(LanguageModel model, long step, RunRecorder run) {
    HeadInputs at = inputs(model);
    if (model.head() instanceof MatrixHead) {
      recordProjection(model, at, step, run);
    }
    run.metric("loss", step, model.head().scores(at.hidden(), at.targets()).meanLoss(), "nats");
  }

  private void recordProjection(LanguageModel model, HeadInputs at, long step, RunRecorder run) {
    Backend backend = model.backend();
    RowChunks gradient = gradient(model.head(), at);
    try (TensorScope scope = backend.newScope()) {
      Tensor headWeights = model.head().weights(scope);
      LogitRounding rounding = LogitRounding.of(backend, model.head(), headWeights, at);
      rounding.requireKnown();
      double lost = rounding.relative();
      Tensor random = randomHead(backend, scope, headWeights, step);
      GradientProjection own =
          recordProjection(backend, headWeights, random, gradient, lost, step, run);
      run.metric("destroyed_norm_unrelated", step, own.unrelatedDestroyedNorm(), "1");
      run.metric("gradient_norm", step, own.gradientNorm(), "1");
      recordProjection(
          backend,
          Centring.of(backend, scope, headWeights),
          Centring.of(backend, scope, random),
          gradient,
          lost,
          step,
          run.centred());
    }
  }

  private GradientProjection recordProjection(
      Backend backend,
      Tensor headWeights,
      Tensor randomHead,
      RowChunks gradient,
      double lost,
      long step,
      RunRecorder run) {
    GradientProjection own = measures.project(backend, headWeights, gradient);
    GradientProjection random = measures.project(backend, randomHead, gradient);
    // G that turns by an angle changes the sine by the cosine times the angle, and vice versa.
    double destroyedError = lost * (own.keptNorm() + lost);
    double keptError = lost * (own.destroyedNorm() + lost);
    double kappaError = 2 * own.keptOverChance() * keptError / own.keptNorm();
    run.metric("destroyed_norm", step, own.destroyedNorm(), destroyedError, "1");
    run.metric("kept_norm", step, own.keptNorm(), keptError, "1");
    run.metric("kept_over_chance", step, own.keptOverChance(), kappaError, "1");
    run.metric("destroyed_norm_random_head", step, random.destroyedNorm(), "1");
    run.metric("kept_over_chance_random_head", step, random.keptOverChance(), "1");
    run.metric(
        "destroyed_norm_excess", step, own.destroyedNorm() - own.unrelatedDestroyedNorm(), "1");
    run.metric(
        "random_head_excess", step, random.destroyedNorm() - random.unrelatedDestroyedNorm(), "1");
    run.metric("head_condition", step, own.headConditionNumber(), "1");
    try (var subspace = new HeadSubspace(backend, headWeights)) {
      var leverage = TargetLeverage.of(subspace.leverage(), contexts.targets());
      run.metric("target_leverage", step, leverage.mean(), "1");
      run.metric("destroyed_norm_of_targets", step, leverage.destroyedNorm(), "1");
      run.metric("kept_over_chance_of_targets", step, leverage.keptOverChance(), "1");
      recordClosedForms(backend, own, subspace, gradient, step, run);
      recordSpread(subspace.spectrum(), step, run);
    }
    return own;
  }

  /**
   * Records what a head keeps of the gradient of these contexts beside what closed forms say,
   * without nulls: for contexts of the text that the model is trained on.
   */
  public void recordClosedForms(LanguageModel model, long step, RunRecorder run) {
    if (!(model.head() instanceof MatrixHead)) {
      return;
    }
    Backend backend = model.backend();
    RowChunks gradient = gradient(model.head(), inputs(model));
    try (TensorScope scope = backend.newScope();
        var subspace = new HeadSubspace(backend, model.head().weights(scope))) {
      GradientProjection own = measures.project(backend, model.head().weights(scope), gradient);
      run.metric("destroyed_norm", step, own.destroyedNorm(), "1");
      run.metric("kept_over_chance", step, own.keptOverChance(), "1");
      recordClosedForms(backend, own, subspace, gradient, step, run);
    }
  }

  /** From P and W; from the frequencies of the tokens and W; from these frequencies and D alone. */
  private void recordClosedForms(
      Backend backend,
      GradientProjection own,
      HeadSubspace subspace,
      RowChunks gradient,
      long step,
      RunRecorder run) {
    recordClosedForm("calibrated", calibrated(backend, subspace, gradient), own, step, run);
    if (frequencies.isPresent()) {
      double[] q = frequencies.get();
      recordClosedForm("unigram", ofEqualContexts(backend, subspace, q), own, step, run);
      double alone = FrequencyLeverage.keptEnergy(q, Math.toIntExact(subspace.width()));
      recordClosedForm("unigram_alone", alone, own, step, run);
    }
  }

  private static void recordClosedForm(
      String form, double expected, GradientProjection own, long step, RunRecorder run) {
    double kept = own.keptNorm() * own.keptNorm();
    run.metric(form + "_kept_over_chance", step, expected * own.vocabulary() / own.width(), "1");
    run.metric("kept_over_" + form, step, kept / expected, "1");
  }

  /** The closed form if every context has the same probabilities q. */
  private static double ofEqualContexts(Backend backend, HeadSubspace subspace, double[] q) {
    try (TensorScope scope = backend.newScope();
        var projection = new CalibratedProjection(backend, subspace)) {
      Tensor row = scope.zeros(ElementType.F64, 1, q.length);
      backend.write(q, row);
      projection.add(row);
      return projection.keptEnergy();
    }
  }

  /** The share of the energy that the closed form expects to be kept, from P = N·G + Y. */
  private double calibrated(Backend backend, HeadSubspace subspace, RowChunks gradient) {
    int[] targets = contexts.targets();
    int vocabulary = Math.toIntExact(gradient.cols());
    try (var projection = new CalibratedProjection(backend, subspace)) {
      gradient.forEach((first, chunk) -> {
        double[] values = backend.toDoubles(chunk);
        for (int i = 0; i < values.length; i++) {
          values[i] *= targets.length;
        }
        for (int row = 0; row < chunk.rows(); row++) {
          values[row * vocabulary + targets[(int) first + row]] += 1;
        }
        try (TensorScope scope = backend.newScope()) {
          Tensor probabilities = scope.zeros(ElementType.F64, chunk.rows(), vocabulary);
          backend.write(values, probabilities);
          projection.add(probabilities);
        }
      });
      return projection.keptEnergy();
    }
  }

  /** Records over how many singular values a head is spread, and the cosine that follows. */
  static void recordSpread(Spectrum ofHead, long step, RunRecorder run) {
    double spread = ofHead.participationRatio();
    run.metric("participation_ratio", step, spread, "1");
    run.metric("cosine_unrelated", step, Math.sqrt(spread / ofHead.rows()), "1");
  }

  /** Records all singular values of G and of ΔL, their ranks and the residuals of rank 2D. */
  public void recordSpectra(LanguageModel model, long step, RunRecorder run) {
    Backend backend = model.backend();
    HeadInputs at = inputs(model);
    RowChunks gradient = gradient(model.head(), at);
    int cap = 2 * model.config().embeddingWidth();
    try (TensorScope scope = backend.newScope()) {
      Tensor headWeights = model.head().weights(scope);
      Spectrum ofGradient = measures.spectrum(backend, gradient);
      var taken = measures.logitStep(backend, at.hidden(), headWeights, gradient);
      Spectrum ofStep = taken.spectrum();
      run.spectrum("logit_gradient", step, ofGradient.singularValues(), ofGradient.errorBound());
      run.spectrum("logit_step", step, ofStep.singularValues(), ofStep.errorBound());
      run.metric("rank_cap", step, cap, "1");
      run.metric("step_rank", step, ofStep.numericalRank(), "1");
      run.metric("step_rank_over_cap", step, (double) ofStep.numericalRank() / cap, "1");
      run.metric(
          "step_tail_beyond_cap",
          step,
          ofStep.bestRankResidual(cap),
          ofStep.bestRankResidualError(cap),
          "1");
      run.metric("gradient_rank", step, ofGradient.numericalRank(), "1");
      run.metric("gradient_rank_over_cap", step, (double) ofGradient.numericalRank() / cap, "1");
      double best = ofGradient.bestRankResidual(cap);
      var rounding = LogitRounding.of(backend, model.head(), headWeights, at);
      double error = ofGradient.bestRankResidualError(cap) + 2 * rounding.relative();
      run.metric("best_rank_residual", step, best, error, "1");
      run.metric("direction_residual", step, taken.directionResidual(), "1");
      run.metric("direction_over_best_residual", step, taken.directionResidual() / best, "1");
      Tensor centred = Centring.of(backend, scope, headWeights);
      try (var ofCentred = new LogitStep(backend, 1, at.hidden(), centred, gradient)) {
        double residual = ofCentred.directionResidual();
        run.centred().metric("direction_residual", step, residual, "1");
        run.centred().metric("direction_over_best_residual", step, residual / best, "1");
      }
    }
  }

  /** Records what {@link GradientAnatomy} measures of a head that is a matrix. */
  public void recordAnatomy(LanguageModel model, long step, RunRecorder run) {
    HeadInputs at = inputs(model);
    var anatomy = new GradientAnatomy(measures, model, at, randomness);
    try (TensorScope scope = model.backend().newScope()) {
      Tensor randomHead = randomHead(model.backend(), scope, model.head().weights(scope), step);
      anatomy.recordLosses(randomHead, step, run);
      anatomy.recordComponents(gradient(model.head(), at), randomHead, step, run);
    }
  }

  /**
   * Records rank and components of batches that double, and of their targets alone, from the
   * gradient in the model's numbers, which any head has.
   */
  public void recordBatches(LanguageModel model, long step, RunRecorder run) {
    long[] batches = BatchRank.sizes(contexts.targets().length);
    RowChunks gradient = gradient(model.head(), inputs(model));
    recordBatches("gradient", model, gradient, BatchRank.KNOWN_IN_F32, batches, step, run);
    recordTargets(model, batches, step, run);
  }

  /**
   * Records rank and components of batches that grow to all contexts by factors of four: in F64, of
   * a head that is no matrix as {@link #recordBatches}.
   *
   * @param of whose gradient it is: the beginning of the metrics' names
   */
  public void recordRanks(String of, LanguageModel model, long step, RunRecorder run) {
    HeadInputs at = inputs(model);
    long[] batches = BatchRank.quarters(contexts.targets().length);
    if (model.head() instanceof MatrixHead head) {
      recordBatches(of, model, new ExactGradient(model.backend(), head, at), 0, batches, step, run);
    } else {
      RowChunks gradient = gradient(model.head(), at);
      recordBatches(of, model, gradient, BatchRank.KNOWN_IN_F32, batches, step, run);
    }
  }

  /** Records the same of the targets alone: −Y/N has the singular values √(count of a token)/N. */
  public void recordTargetRanks(LanguageModel model, long step, RunRecorder run) {
    recordTargets(model, BatchRank.quarters(contexts.targets().length), step, run);
  }

  private void recordBatches(
      String of,
      LanguageModel model,
      RowChunks gradient,
      double known,
      long[] batches,
      long step,
      RunRecorder run) {
    var curve = new BatchRank.Curve(of, model.head().vocabulary());
    List<Spectrum> spectra = measures.batchSpectra(model.backend(), gradient, batches);
    for (int i = 0; i < batches.length; i++) {
      curve.record(BatchRank.of(spectra.get(i), known), batches[i], step, run);
    }
    curve.finish(step, run);
  }

  private void recordTargets(LanguageModel model, long[] batches, long step, RunRecorder run) {
    var curve = new BatchRank.Curve("targets", model.head().vocabulary());
    for (long batch : batches) {
      curve.record(BatchRank.ofTargets(contexts.targets(), (int) batch), batch, step, run);
    }
    curve.finish(step, run);
  }

  /**
   * Records how far the contexts are apart: G with a row for each context as drawn and the paper's
   * aggregated form, with a row for each different context, differ only where contexts repeat.
   */
  public void recordContexts(RunRecorder run) {
    run.metric("contexts", 0, contexts.targets().length, "1");
    run.metric("distinct_contexts", 0, distinctContexts(), "1");
    run.metric("distinct_targets", 0, Arrays.stream(contexts.targets()).distinct().count(), "1");
  }

  /** A context is all tokens of its window up to its own; windows share beginnings as in a tree. */
  private int distinctContexts() {
    record Edge(int prefix, int token) {}
    Map<Edge, Integer> prefixes = new LinkedHashMap<>();
    for (int window = 0; window < contexts.batch(); window++) {
      int prefix = 0;
      for (int i = 0; i < contexts.length(); i++) {
        int token = contexts.inputs()[window * contexts.length() + i];
        prefix = prefixes.computeIfAbsent(new Edge(prefix, token), _ -> prefixes.size() + 1);
      }
    }
    return prefixes.size();
  }

  private HeadInputs inputs(LanguageModel model) {
    return model.headInputs(contexts);
  }

  private static RowChunks gradient(Head head, HeadInputs at) {
    return new RowChunks() {
      @Override
      public long rows() {
        return at.hidden().rows();
      }

      @Override
      public long cols() {
        return head.vocabulary();
      }

      @Override
      public void forEach(BlockVisitor visitor) {
        head.streamGradient(at.hidden(), at.targets(), at.meanScale(), visitor);
      }
    };
  }

  /** Any scale of its entries has the same column space. */
  private Tensor randomHead(Backend backend, TensorScope scope, Tensor like, long step) {
    Randomness stream = randomness.stream("random head").stream(step);
    return NormalMatrix.inF64(backend, scope, like.rows(), like.cols(), stream);
  }
}
