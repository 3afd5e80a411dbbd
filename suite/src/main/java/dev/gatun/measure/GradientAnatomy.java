package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.results.CurveName;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.Centring;
import dev.gatun.spectrum.GradientComponents;
import dev.gatun.spectrum.LogitDirection;
import dev.gatun.spectrum.LossCurve;
import dev.gatun.spectrum.LossCurves;
import dev.gatun.spectrum.RowChunks;
import dev.gatun.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * Takes the logit gradient G of fixed contexts apart, for A5 and A10: the loss along directions in
 * the space of logits, and the energy by component.
 */
final class GradientAnatomy {
  private static final int SMALLEST_STEP = -4;
  private static final int LARGEST_STEP = 9;
  private static final double HEAD_NORM = 0.7;

  private final HeadMeasures measures;
  private final LanguageModel model;
  private final Backend backend;
  private final HeadInputs at;
  private final Randomness randomness;

  GradientAnatomy(
      HeadMeasures measures, LanguageModel model, HeadInputs at, Randomness randomness) {
    this.measures = measures;
    this.model = model;
    this.backend = model.backend();
    this.at = at;
    this.randomness = randomness;
  }

  /** Records the loss along every direction, over the step size, and how it compares with −G. */
  void recordLosses(Tensor randomHead, long step, RunRecorder run) {
    try (TensorScope scope = backend.newScope();
        var curves =
            new LossCurves(
                backend,
                at.hidden(),
                weights(scope),
                model.head().bias(),
                model.head().cap(),
                at.targets())) {
      Map<String, LogitDirection> directions = directions(scope, curves, randomHead);
      recordLosses(curves, directions, Double.NaN, step, run);
    }
  }

  /** Records the loss along directions, of which the first is −G; the error is a decrease's. */
  static void recordLosses(
      LossCurves curves,
      Map<String, LogitDirection> directions,
      double error,
      long step,
      RunRecorder run) {
    double[] sizes = new double[LARGEST_STEP - SMALLEST_STEP + 1];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = Math.scalb(1.0, SMALLEST_STEP + i);
    }
    List<LossCurve> along = curves.along(List.copyOf(directions.values()), sizes);
    LossCurve gradient = along.getFirst();
    int i = 0;
    for (String name : directions.keySet()) {
      record(name, along.get(i++), gradient, error, step, run);
    }
  }

  private Map<String, LogitDirection> directions(
      TensorScope scope, LossCurves curves, Tensor randomHead) {
    Tensor weights = weights(scope);
    Tensor headGradient = curves.headGradient(scope);
    Tensor moves = scope.zeros(backend.real(), at.hidden().rows(), at.hidden().cols());
    float[] entries = new float[Math.toIntExact(moves.size())];
    randomness.stream("random hidden moves").gaussian(entries, 1);
    backend.write(entries, moves);
    var directions = new LinkedHashMap<String, LogitDirection>();
    directions.put("gradient", LogitDirection.steepestDescent());
    Tensor basis = real(scope, weights);
    backend.qr(basis, scope.zeros(backend.real(), weights.cols(), weights.cols()));
    directions.put("full_step", LogitDirection.fullStep(at.hidden(), weights, headGradient));
    directions.put("projected", LogitDirection.through(basis));
    directions.put("random_in_subspace", LogitDirection.product(moves, basis));
    directions.put("random_head", LogitDirection.through(real(scope, randomHead)));
    directions.putAll(hiddenInduced(scope, weights, randomHead));
    // −G·(CW)·(CW)ᵀ is −G·W·Wᵀ·C, what softmax sees of it, because G·C = G.
    hiddenInduced(
            scope,
            real(scope, Centring.of(backend, scope, weights)),
            Centring.of(backend, scope, randomHead))
        .forEach((name, direction) -> directions.put(CurveName.centred(name), direction));
    return directions;
  }

  /** Through W, or through C·W beside a random head that is centred too, and its null. */
  private Map<String, LogitDirection> hiddenInduced(
      TensorScope scope, Tensor weights, Tensor randomHead) {
    Tensor matched = RandomHead.ofSpectrum(backend, scope, weights, randomHead);
    var directions = new LinkedHashMap<String, LogitDirection>();
    directions.put("hidden_induced", measures.hiddenInduced(weights));
    directions.put("spectrum_matched", LogitDirection.through(real(scope, matched)));
    return directions;
  }

  private Tensor weights(TensorScope scope) {
    return model.head().weights(scope);
  }

  /** A copy of the backend's type. */
  private Tensor real(TensorScope scope, Tensor matrix) {
    Tensor copy = scope.zeros(backend.real(), matrix.rows(), matrix.cols());
    backend.copy(matrix, copy);
    return copy;
  }

  private static void record(
      String name, LossCurve curve, LossCurve gradient, double error, long step, RunRecorder run) {
    double worst = Double.POSITIVE_INFINITY;
    for (int i = 0; i < curve.size(); i++) {
      run.metric(
          CurveName.atPowerOfTwo("decrease_" + name, SMALLEST_STEP + i),
          step,
          curve.decrease(i),
          error,
          "nats");
      worst = Math.min(worst, curve.decrease(i) / gradient.decrease(i));
    }
    run.metric("cosine_" + name, step, curve.cosine(), "1");
    run.metric("best_decrease_" + name, step, curve.decrease(curve.best()), error, "nats");
    run.metric("best_step_" + name, step, curve.stepSize(curve.best()), "1");
    run.metric("worst_share_" + name, step, worst, "1");
    int best = gradient.best();
    run.metric(
        "best_share_" + name, step, curve.decrease(curve.best()) / gradient.decrease(best), "1");
  }

  /**
   * Records the energy of G, of G·P_W and of what a random head keeps, cumulative over the right
   * singular vectors of G; see {@link GradientComponents}.
   */
  void recordComponents(RowChunks gradient, Tensor randomHead, long step, RunRecorder run) {
    try (TensorScope scope = backend.newScope();
        var components = new GradientComponents(backend, gradient)) {
      var own = CumulativeEnergy.of(components.energies());
      Tensor weights = weights(scope);
      IntToDoubleFunction error = components::cumulativeError;
      recordShares(own, error, shape(), step, run);
      Tensor matched = RandomHead.ofSpectrum(backend, scope, weights, randomHead);
      recordMoved(own, measures.movedEnergies(components, weights), "", error, step, run);
      recordMoved(own, components.movedEnergies(matched), "_spectrum_matched", error, step, run);
      recordKept(own, kept(components, weights), kept(components, randomHead), error, step, run);
      recordKept(
          own,
          kept(components, Centring.of(backend, scope, weights)),
          kept(components, Centring.of(backend, scope, randomHead)),
          error,
          step,
          run.centred());
    }
  }

  /** Records how much less of what a step on the hidden states moves is in the first components. */
  static void recordMoved(
      CumulativeEnergy own,
      double[] moved,
      String by,
      IntToDoubleFunction cumulativeError,
      long step,
      RunRecorder run) {
    int head = own.components(HEAD_NORM * HEAD_NORM);
    double left = own.first(head) - CumulativeEnergy.of(moved).first(head);
    run.metric(
        "moved_to_tail_by_step" + by, step, left, 2 * cumulativeError.applyAsDouble(head), "1");
  }

  private CumulativeEnergy kept(GradientComponents components, Tensor head) {
    return CumulativeEnergy.of(measures.keptEnergies(components, head));
  }

  private Shape shape() {
    return new Shape(model.head().vocabulary(), model.config().embeddingWidth());
  }

  /** Of head weights: V and D. */
  record Shape(long vocabulary, long width) {}

  /** Records the cumulative energy of G, and what a random head is expected to keep of it. */
  static void recordShares(
      CumulativeEnergy own,
      IntToDoubleFunction cumulativeError,
      Shape shape,
      long step,
      RunRecorder run) {
    for (int k = 1; k < own.size(); k *= 2) {
      double error = cumulativeError.applyAsDouble(k);
      run.metric(CurveName.name("energy_gradient", k), step, own.first(k), error, "1");
    }
    int head = own.components(HEAD_NORM * HEAD_NORM);
    double share = own.first(head);
    run.metric("head_components", step, head, "1");
    run.metric("head_energy", step, share, cumulativeError.applyAsDouble(head), "1");
    run.metric("head_energy_unrelated", step, unrelated(share, head, shape), "1");
  }

  /** Records the cumulative energies of G·P_W and of what a random head keeps. */
  static void recordKept(
      CumulativeEnergy own,
      CumulativeEnergy kept,
      CumulativeEnergy random,
      IntToDoubleFunction cumulativeError,
      long step,
      RunRecorder run) {
    for (int k = 1; k < own.size(); k *= 2) {
      double error = cumulativeError.applyAsDouble(k);
      run.metric(CurveName.name("energy_kept", k), step, kept.first(k), error, "1");
      run.metric(CurveName.name("energy_random_head", k), step, random.first(k), error, "1");
    }
    int head = own.components(HEAD_NORM * HEAD_NORM);
    double error = cumulativeError.applyAsDouble(head);
    double share = own.first(head);
    run.metric("head_energy_kept", step, kept.first(head), error, "1");
    run.metric("head_energy_random_head", step, random.first(head), error, "1");
    run.metric("moved_to_tail", step, share - kept.first(head), 2 * error, "1");
    run.metric("moved_to_tail_random_head", step, share - random.first(head), 2 * error, "1");
  }

  /**
   * The expected share of the first components in what a random head keeps, from their share in G;
   * formula in {@link GradientComponents}.
   */
  private static double unrelated(double share, int components, Shape shape) {
    double v = shape.vocabulary;
    double d = shape.width;
    double asGradient = (v * (d + 1) - 2) / (v - 1) / (v + 2);
    double evenly = (v - d) / (v - 1) / (v + 2);
    return asGradient * share + evenly * components;
  }
}
