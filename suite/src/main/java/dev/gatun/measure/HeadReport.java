package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.data.Randomness;
import dev.gatun.measure.ContextMeter.HeadWeights;
import dev.gatun.measure.ContextMeter.Spaces;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.results.CurveName;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.LogitDirection;
import dev.gatun.spectrum.LossCurves;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.spectrum.TargetLeverage;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a head does to the logit gradient G = (P − Y)/N of N contexts, from the small matrices of
 * {@link ContextGram}: norms kept and destroyed (A1), rank and spectrum (A2), residuals (A3), ranks
 * by batch (A4), losses along directions (A5), energy transfer (A10), and lower ranks of the head
 * (B5). Metrics have the names of the claims.
 */
final class HeadReport {
  /** A5 walks every logit a hundred times: of these contexts, the first, only. */
  static final int MOST_CONTEXTS_OF_LOSSES = 512;

  private static final long CHUNK = 1 << 22;
  private static final int USUAL_EXPONENT = 24;

  private final Backend backend;
  private final HeadWeights head;
  private final HeadInputs at;
  private final ContextGram gram;
  private final LogitRounding rounding;
  private final int[] targets;
  private final Randomness randomness;
  private final MeasureProgress progress;

  HeadReport(
      Backend backend,
      HeadWeights head,
      HeadInputs at,
      ContextGram gram,
      LogitRounding rounding,
      int[] targets,
      Randomness randomness,
      MeasureProgress progress) {
    this.backend = backend;
    this.head = head;
    this.at = at;
    this.gram = gram;
    this.rounding = rounding;
    this.targets = targets;
    this.randomness = randomness;
    this.progress = progress;
  }

  MeasuredCheckpoint record(long step, RunRecorder run, MeasuredCheckpoint measured) {
    run.metric("contexts", step, at.contexts(), "1");
    run.metric("gradient_norm", step, Math.sqrt(gram.energy()), "1");
    progress.at("lower ranks of the head");
    recordTruncation(step, run);
    try (TensorScope scope = backend.newScope()) {
      progress.at("the gradient's spectrum");
      ContextGram.Components components = gram.components(scope);
      Spectrum spectrum = components.spectrum();
      double rounded = rounding.relative() * Math.sqrt(gram.energy());
      run.spectrum(
          "logit_gradient", step, spectrum.singularValues(), spectrum.errorBound() + rounded);
      if (!(gram.energy() > 0)) {
        // Every target has probability 1: there is a loss, and no gradient to have shares of.
        return measured.with(Double.NaN, spectrum.singularValues());
      }
      Kept own = kept(scope, head.spaces);
      Optional<Kept> centred = head.centred.map(spaces -> kept(scope, spaces));
      double destroyed = recordProjection(own, step, run);
      centred.ifPresent(kept -> recordProjection(kept, step, run.centred()));
      recordRanks(spectrum, step, run);
      run.metric("direction_residual", step, directionResidual(throughHead(scope)), "1");
      centred.ifPresent(kept ->
          run.centred().metric("direction_residual", step, directionResidual(through(kept)), "1"));
      recordComponents(components, own, centred, step, run);
      recordBatches(spectrum, step, run);
      recordLosses(own, centred, step, run);
      return measured.with(destroyed, spectrum.singularValues());
    }
  }

  /** G in the spaces of two heads: G·Q [N, d] for an orthonormal basis Q of each. */
  private record Kept(Spaces spaces, Tensor own, Tensor random) {}

  private Kept kept(TensorScope scope, Spaces spaces) {
    return new Kept(
        spaces,
        spaces.own().coordinates(scope, gram.throughHead()),
        spaces.random().coordinates(scope, gram.throughRandomHead()));
  }

  private double recordProjection(Kept of, long step, RunRecorder run) {
    double kept = keptNorm(of.own);
    double keptByRandom = keptNorm(of.random);
    double destroyed = destroyed(kept);
    double chance = (double) of.spaces.own().rank() / head.weights.rows();
    double unrelated = Math.sqrt(1 - chance);
    // d(√(1 − c²)) = c·dc/√(1 − c²), and c² = kept energy is known to its relative error.
    double relative = of.spaces.own().relativeEnergyError(columnEnergies(of.own));
    double error = destroyed > 0 ? kept * kept * relative / (2 * destroyed) : Double.NaN;
    // destroyed is the sine of an angle whose cosine is kept, and G turns by no more than δG.
    error += rounding.relative() * (kept + rounding.relative());
    run.metric("destroyed_norm", step, destroyed, error, "1");
    run.metric("kept_norm", step, kept, "1");
    run.metric("kept_over_chance", step, kept * kept / chance, "1");
    run.metric("destroyed_norm_unrelated", step, unrelated, "1");
    run.metric("destroyed_norm_random_head", step, destroyed(keptByRandom), "1");
    run.metric("kept_over_chance_random_head", step, keptByRandom * keptByRandom / chance, "1");
    run.metric("destroyed_norm_excess", step, destroyed - unrelated, "1");
    run.metric("random_head_excess", step, destroyed(keptByRandom) - unrelated, "1");
    double[] leverages = of.spaces.own().leverage();
    if (head.head.cap().isEmpty()) {
      // P = N·G + Y holds for logits that are not capped.
      recordCalibrated(of, leverages, kept * kept, step, run);
    }
    var leverage = TargetLeverage.of(leverages, targets);
    run.metric("target_leverage", step, leverage.mean(), "1");
    run.metric("target_leverage_unrelated", step, leverage.unrelated(), "1");
    run.metric("destroyed_norm_of_targets", step, leverage.destroyedNorm(), "1");
    run.metric("kept_over_chance_of_targets", step, leverage.keptOverChance(), "1");
    return destroyed;
  }

  private void recordCalibrated(
      Kept of, double[] leverages, double kept, long step, RunRecorder run) {
    double calibrated =
        new CalibratedShare(backend, gram, targets).keptEnergy(of.spaces.own(), leverages, of.own);
    if (!(calibrated > 0 && calibrated <= 1)) {
      return;
    }
    double chance = (double) of.spaces.own().rank() / head.weights.rows();
    run.metric("destroyed_norm_calibrated", step, Math.sqrt(1 - calibrated), "1");
    run.metric("calibrated_kept_over_chance", step, calibrated / chance, "1");
    run.metric("kept_over_calibrated", step, kept / calibrated, "1");
  }

  private double keptNorm(Tensor coordinates) {
    return Math.min(1, Math.sqrt(backend.sumOfSquares(coordinates) / gram.energy()));
  }

  private static double destroyed(double kept) {
    return Math.sqrt((1 - kept) * (1 + kept));
  }

  private double[] columnEnergies(Tensor matrix) {
    double[] elements = backend.toDoubles(matrix);
    double[] energies = new double[(int) matrix.cols()];
    for (int i = 0; i < elements.length; i++) {
      energies[i % energies.length] += elements[i] * elements[i];
    }
    return energies;
  }

  private void recordRanks(Spectrum spectrum, long step, RunRecorder run) {
    int cap = Math.toIntExact(2 * head.weights.cols());
    run.metric("rank_cap", step, cap, "1");
    run.metric("gradient_rank", step, spectrum.numericalRank(), "1");
    run.metric("gradient_rank_over_cap", step, (double) spectrum.numericalRank() / cap, "1");
    run.metric(
        "best_rank_residual",
        step,
        spectrum.bestRankResidual(cap),
        spectrum.bestRankResidualError(cap) + 2 * rounding.relative(),
        "1");
  }

  /** ‖A·Wᵀ‖², A = G·W. */
  private double throughHead(TensorScope scope) {
    long width = at.hidden().cols();
    Tensor weightsGram = scope.zeros(ElementType.F64, width, width);
    backend.syrk(Transpose.YES, head.weights, 0, weightsGram);
    return lowerDot(weightsGram, product(scope, gram.throughHead(), gram.throughHead()));
  }

  /** ‖A·(CW)ᵀ‖² = Σᵢ σᵢ⁴·‖coordinate i‖² over the singular values of C·W, because A = G·C·W. */
  private double through(Kept centred) {
    double[] energies = columnEnergies(centred.own);
    double sum = 0;
    for (int i = 0; i < energies.length; i++) {
      double sigma = centred.spaces.own().spectrum().singularValue(i);
      sum += Math.pow(sigma, 4) * energies[i];
    }
    return sum;
  }

  /**
   * √(1 − cos²(G, ΔL)) of the step ΔL = A·Wᵀ + H·HᵀG, A = G·W, that one gradient step takes: with K
   * = GGᵀ, ⟨G, ΔL⟩ = ‖A‖² + tr(HᵀKH) and ‖ΔL‖² = ‖A·Wᵀ‖² + 2‖HᵀA‖² + tr(HᵀH·HᵀKH). With C·W in the
   * place of W only the first of these differs.
   *
   * @param energyThroughHead ‖A·Wᵀ‖²
   */
  private double directionResidual(double energyThroughHead) {
    try (TensorScope scope = backend.newScope()) {
      long width = at.hidden().cols();
      Tensor states = scope.zeros(ElementType.F64, at.hidden().rows(), width);
      backend.copy(at.hidden(), states);
      Tensor throughGram = scope.zeros(ElementType.F64, states.rows(), width);
      backend.gemm(Transpose.NO, Transpose.NO, 1, gram.symmetric(scope), states, 0, throughGram);
      double own = backend.dot(states, throughGram);
      Tensor inner = product(scope, states, states);
      Tensor innerGram = product(scope, states, throughGram);
      Tensor mixed = product(scope, states, gram.throughHead());
      double through = backend.sumOfSquares(gram.throughHead());
      double square =
          energyThroughHead + 2 * backend.sumOfSquares(mixed) + backend.dot(inner, innerGram);
      double cosine = Math.min(1, (through + own) / Math.sqrt(gram.energy() * square));
      return destroyed(cosine);
    }
  }

  /** XᵀY. */
  private Tensor product(TensorScope scope, Tensor x, Tensor y) {
    Tensor product = scope.zeros(ElementType.F64, x.cols(), y.cols());
    backend.gemm(Transpose.YES, Transpose.NO, 1, x, y, 0, product);
    return product;
  }

  /** ⟨X, Y⟩ of symmetric matrices, of which X has its lower triangle only. */
  private double lowerDot(Tensor lower, Tensor full) {
    double[] x = backend.toDoubles(lower);
    double[] y = backend.toDoubles(full);
    int width = (int) lower.rows();
    double sum = 0;
    for (int i = 0; i < width; i++) {
      for (int j = 0; j < i; j++) {
        sum += 2 * x[i * width + j] * y[i * width + j];
      }
      sum += x[i * width + i] * y[i * width + i];
    }
    return sum;
  }

  private void recordComponents(
      ContextGram.Components of, Kept own, Optional<Kept> centred, long step, RunRecorder run) {
    progress.at("energy by component");
    var components = new ContextComponents(backend, of, rounding.relative());
    GradientAnatomy.recordShares(
        CumulativeEnergy.of(components.energies()),
        components::cumulativeError,
        new GradientAnatomy.Shape(head.weights.rows(), head.weights.cols()),
        step,
        run);
    double[] sigma = own.spaces.own().spectrum().singularValues();
    recordMoved(components, components.movedEnergies(own.own, sigma), "", step, run);
    double[] matched = components.movedEnergies(own.random, sigma);
    recordMoved(components, matched, "_spectrum_matched", step, run);
    recordKept(components, own, step, run);
    centred.ifPresent(kept -> recordKept(components, kept, step, run.centred()));
  }

  private static void recordMoved(
      ContextComponents components, double[] moved, String by, long step, RunRecorder run) {
    GradientAnatomy.recordMoved(
        CumulativeEnergy.of(components.energies()),
        moved,
        by,
        components::cumulativeError,
        step,
        run);
  }

  private static void recordKept(
      ContextComponents components, Kept kept, long step, RunRecorder run) {
    GradientAnatomy.recordKept(
        CumulativeEnergy.of(components.energies()),
        CumulativeEnergy.of(components.keptEnergies(kept.own)),
        CumulativeEnergy.of(components.keptEnergies(kept.random)),
        components::cumulativeError,
        step,
        run);
  }

  private void recordBatches(Spectrum ofAll, long step, RunRecorder run) {
    progress.at("ranks by batch size");
    var ofGradient = new BatchRank.Curve("gradient", head.weights.rows());
    var ofTargets = new BatchRank.Curve("targets", head.weights.rows());
    for (long size : BatchRank.sizes(targets.length)) {
      int contexts = (int) size;
      Spectrum spectrum = contexts == targets.length ? ofAll : gram.spectrum(contexts);
      ofGradient.record(BatchRank.of(spectrum), contexts, step, run);
      ofTargets.record(BatchRank.ofTargets(targets, contexts), contexts, step, run);
    }
    ofGradient.finish(step, run);
    ofTargets.finish(step, run);
  }

  /** H·(CW)·E_r·E_rᵀ is H·W·E_r·E_rᵀ to softmax, so that only the vectors E are those of C·W. */
  private void recordTruncation(long step, RunRecorder run) {
    recordTruncation(head.spaces, step, run);
    head.centred.ifPresent(spaces -> recordTruncation(spaces, step, run.centred()));
  }

  private void recordTruncation(Spaces spaces, long step, RunRecorder run) {
    try (TensorScope scope = backend.newScope()) {
      Tensor vectors = spaces.own().rightVectors();
      var truncation = new RankTruncation(backend, scope, head.head, head.weights, vectors);
      int[] ranks = RankTruncation.ranks((int) head.weights.cols());
      for (RankTruncation.Score score : truncation.scores(at, ranks)) {
        run.metric(
            CurveName.name("truncated_loss_of_rank", score.rank()), step, score.loss(), "nats");
        run.metric(
            CurveName.name("truncated_penalty_of_rank", score.rank()),
            step,
            score.penalty(),
            score.penaltyError(),
            "nats");
        run.metric(
            CurveName.name("truncated_accuracy_of_rank", score.rank()),
            step,
            score.accuracy(),
            "1");
      }
    }
  }

  private void recordLosses(Kept own, Optional<Kept> centred, long step, RunRecorder run) {
    progress.at("losses along directions");
    long contexts = Math.min(at.contexts(), MOST_CONTEXTS_OF_LOSSES);
    run.metric("contexts_of_losses", step, contexts, "1");
    Tensor hidden = at.hidden().rows(0, contexts);
    Tensor targets = at.targets().slice(0, contexts);
    try (TensorScope scope = backend.newScope();
        var curves =
            new LossCurves(
                backend, hidden, head.weights, head.head.bias(), head.head.cap(), targets)) {
      GradientAnatomy.recordLosses(
          curves, directions(scope, curves, hidden, own, centred), rounding.lossError(), step, run);
    }
  }

  /** The directions of {@link GradientAnatomy}, taken through W itself and not through a basis. */
  private Map<String, LogitDirection> directions(
      TensorScope scope, LossCurves curves, Tensor hidden, Kept own, Optional<Kept> centred) {
    long contexts = hidden.rows();
    int exponent = exponent(head.weights);
    Tensor weights = exponent == 0 ? head.weights : scaled(scope, head.weights, exponent, 1);
    Tensor induced = ofUnitSize(scope, gram.throughHead().rows(0, contexts), -1);
    Tensor byRandom = ofUnitSize(scope, gram.throughRandomHead().rows(0, contexts), -1);
    var whole = new LinkedHashMap<String, LogitDirection>();
    whole.put("hidden_induced", LogitDirection.product(induced, weights));
    whole.put(
        "full_step",
        LogitDirection.fullStep(hidden, weights, curves.headGradient(scope), exponent));
    whole.put("random_head", LogitDirection.product(byRandom, head.random));
    var directions = new LinkedHashMap<String, LogitDirection>();
    directions.put("gradient", LogitDirection.steepestDescent());
    directions.putAll(whole);
    directions.putAll(inSpaces(scope, own, weights, contexts));
    // −G·(CW)·(CW)ᵀ is −G·W·Wᵀ·C, what softmax sees of it, because G·C = G; and so is the rest.
    centred.ifPresent(kept -> {
      whole.putAll(inSpaces(scope, kept, weights, contexts));
      whole.forEach((name, direction) ->
          directions.put(CurveName.centred(name), LogitDirection.centred(direction)));
    });
    return directions;
  }

  /**
   * Directions in the column space of a head, and in a random one that of a head M of the same
   * singular values: with the random head's basis Q and G·Q = X, −G·M·Mᵀ = −X·diag(σ²)·Qᵀ.
   */
  private Map<String, LogitDirection> inSpaces(
      TensorScope scope, Kept kept, Tensor weights, long contexts) {
    HeadSpace own = kept.spaces.own();
    Tensor moves = scope.zeros(ElementType.F64, contexts, own.rank());
    double[] entries = new double[Math.toIntExact(moves.size())];
    randomness.stream("random hidden moves").gaussian(entries, 1);
    backend.write(entries, moves);
    Tensor matched = scope.zeros(ElementType.F64, contexts, kept.random.cols());
    double[] inRandom = backend.toDoubles(kept.random.rows(0, contexts));
    backend.write(timesEnergies(inRandom, (int) matched.cols(), own.spectrum()), matched);
    Tensor projected = throughBasis(scope, own, kept.own.rows(0, contexts), -1);
    Tensor inHead = throughBasis(scope, own, moves, 1);
    Tensor inMatched = throughBasis(scope, kept.spaces.random(), matched, -1);
    var directions = new LinkedHashMap<String, LogitDirection>();
    directions.put("projected", LogitDirection.product(projected, weights));
    directions.put("random_in_subspace", LogitDirection.product(inHead, weights));
    directions.put("spectrum_matched", LogitDirection.product(inMatched, head.random));
    return directions;
  }

  /** Rows of d numbers times σ², relative to the largest. */
  private static double[] timesEnergies(double[] rows, int d, Spectrum spectrum) {
    for (int i = 0; i < rows.length; i++) {
      double share = spectrum.singularValue(i % d) / spectrum.singularValue(0);
      rows[i] *= share * share;
    }
    return rows;
  }

  /** sign·X·Tᵀ [n, D] up to a positive factor: X·Qᵀ = (X·Tᵀ)·Wᵀ for the basis Q = W·T. */
  private Tensor throughBasis(TensorScope scope, HeadSpace of, Tensor inBasis, double sign) {
    try (TensorScope scratch = backend.newScope()) {
      Tensor wide = scratch.zeros(ElementType.F64, inBasis.rows(), head.weights.cols());
      backend.gemm(Transpose.NO, Transpose.YES, 1, inBasis, of.toBasis(), 0, wide);
      return ofUnitSize(scope, wide, sign);
    }
  }

  /** A copy of the backend's type whose elements are near 1: a direction has no length. */
  private Tensor ofUnitSize(TensorScope scope, Tensor matrix, double sign) {
    return scaled(scope, matrix, exponentOfSize(matrix), sign);
  }

  /** sign·2^−exponent·A in the backend's type. */
  private Tensor scaled(TensorScope scope, Tensor matrix, int exponent, double sign) {
    Tensor copy = scope.zeros(backend.real(), matrix.rows(), matrix.cols());
    try (TensorScope scratch = backend.newScope()) {
      long rows = Math.clamp(CHUNK / matrix.cols(), 1, matrix.rows());
      Tensor wide = scratch.zeros(ElementType.F64, rows, matrix.cols());
      for (long first = 0; first < matrix.rows(); first += rows) {
        long count = Math.min(rows, matrix.rows() - first);
        backend.copy(matrix.rows(first, count), wide.rows(0, count));
        backend.scale(sign * Math.scalb(1.0, -exponent), wide.rows(0, count));
        backend.copy(wide.rows(0, count), copy.rows(first, count));
      }
    }
    return copy;
  }

  /** 0 for weights whose products F32 holds easily, else the exponent of their size. */
  private int exponent(Tensor weights) {
    int exponent = exponentOfSize(weights);
    return Math.abs(exponent) <= USUAL_EXPONENT ? 0 : exponent;
  }

  private int exponentOfSize(Tensor matrix) {
    double meanSquare = backend.sumOfSquares(matrix) / matrix.size();
    return meanSquare > 0 ? Math.getExponent(Math.sqrt(meanSquare)) : 0;
  }
}
