package dev.gatun.claims.saturation;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenFrequencies;
import dev.gatun.measure.NormalMatrix;
import dev.gatun.measure.SingularEntropy;
import dev.gatun.model.LanguageModel;
import dev.gatun.results.CurveName;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.Centring;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * Measures one run: the spectrum of its head and the directions of its hidden states on fixed
 * held-out contexts, each beside a null of the same size, and their course in the end.
 */
final class SaturationMeter {
  private final HeadGeometry geometry;
  private final Batch contexts;
  private final TokenFrequencies frequencies;
  private final Randomness randomness;
  private final SaturationCourse course = new SaturationCourse();

  /**
   * For a run.
   *
   * @param contexts measured at every checkpoint
   * @param randomness from which the nulls are drawn
   */
  SaturationMeter(
      HeadGeometry geometry, Batch contexts, TokenFrequencies frequencies, Randomness randomness) {
    this.geometry = geometry;
    this.contexts = contexts;
    this.frequencies = frequencies;
    this.randomness = randomness;
  }

  /** Records a checkpoint. */
  void record(LanguageModel model, long step, RunRecorder run) {
    SaturationCourse.Entropies own;
    SaturationCourse.Entropies centred;
    try (TensorScope scope = model.backend().newScope()) {
      Tensor head = model.head().weights(scope);
      Tensor random = normal(model.backend(), scope, "random head", step, head);
      own = recordHead(model.backend(), head, random, step, run);
      centred =
          recordHead(
              model.backend(),
              Centring.of(model.backend(), scope, head),
              Centring.of(model.backend(), scope, random),
              step,
              run.centred());
    }
    double anisotropy = recordStates(model, step, run);
    double loss = model.evaluate(contexts).meanLoss();
    double ofFrequencies = frequencies.loss(contexts.targets());
    run.metric("loss", step, loss, "nats");
    run.metric("loss_of_frequencies", step, ofFrequencies, "nats");
    course.add(
        new SaturationCourse.Checkpoint(step, own, centred, anisotropy, loss, ofFrequencies));
  }

  /** Records what the course of the whole run shows. */
  void recordCourse(int width, RunRecorder run) {
    course.record(width, run);
  }

  private SaturationCourse.Entropies recordHead(
      Backend backend, Tensor weights, Tensor random, long step, RunRecorder run) {
    Spectrum own = geometry.spectrum(backend, weights);
    var entropies =
        new SaturationCourse.Entropies(
            SingularEntropy.of(own).divergence(), ofCommonRows(backend, weights));
    run.spectrum("head", step, own.singularValues(), own.errorBound());
    run.metric("singular_entropy", step, entropies.head(), "nats");
    run.metric("singular_entropy_common_tokens", step, entropies.commonTokens(), "nats");
    run.metric("singular_entropy_random_head", step, entropy(backend, random), "nats");
    run.metric("largest_component", step, own.energyFraction(1), "1");
    run.metric("participation_ratio", step, own.participationRatio(), "1");
    return entropies;
  }

  private double entropy(Backend backend, Tensor weights) {
    return SingularEntropy.of(geometry.spectrum(backend, weights)).divergence();
  }

  private double recordStates(LanguageModel model, long step, RunRecorder run) {
    Backend backend = model.backend();
    Tensor states =
        model.hiddenStates(
            contexts.inputs(),
            contexts.batch(),
            contexts.length(),
            (layer, hidden) ->
                run.metric(
                    CurveName.name("anisotropy_of_layer", layer),
                    step,
                    geometry.meanCosine(backend, hidden),
                    "1"));
    double anisotropy = geometry.meanCosine(backend, states);
    run.metric("anisotropy", step, anisotropy, "1");
    try (TensorScope scope = backend.newScope()) {
      Tensor isotropic = normal(backend, scope, "isotropic states", step, states);
      run.metric("anisotropy_isotropic", step, geometry.meanCosine(backend, isotropic), "1");
    }
    return anisotropy;
  }

  /** The singular entropy of the rows of common tokens, in f64. */
  private double ofCommonRows(Backend backend, Tensor weights) {
    int[] tokens = geometry.commonTokens(frequencies);
    int width = Math.toIntExact(weights.cols());
    double[] all = backend.toDoubles(weights);
    double[] rows = new double[tokens.length * width];
    for (int row = 0; row < tokens.length; row++) {
      System.arraycopy(all, tokens[row] * width, rows, row * width, width);
    }
    try (TensorScope scope = backend.newScope()) {
      Tensor common = scope.zeros(ElementType.F64, tokens.length, width);
      backend.write(rows, common);
      return entropy(backend, common);
    }
  }

  private Tensor normal(Backend backend, TensorScope scope, String stream, long step, Tensor like) {
    return NormalMatrix.inF64(
        backend, scope, like.rows(), like.cols(), randomness.stream(stream).stream(step));
  }
}
