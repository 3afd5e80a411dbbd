package dev.gatun.claims.theorem;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.claims.theorem.Minimisation.Result;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.Computation;
import dev.gatun.experiment.Progress;
import dev.gatun.experiment.Tier;
import dev.gatun.io.Json;
import dev.gatun.io.Ordered;
import dev.gatun.results.CurveName;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * B7: the best head of rank d loses at most O(√Σ_{i>d} σᵢ²) over the ideal head, whose singular
 * values are σ (theorem 5.3 of arXiv 2404.07647). Measured on synthetic ideal heads of known
 * spectra; for every d the best head of rank d is looked for by minimisation, from the truncated
 * one on, which is the control.
 *
 * <p><b>The constant.</b> The theorem states an order. For one context with ideal logits a, other
 * logits b and q = softmax(b), the gap is KL(p* ‖ q) = lse(b) − lse(a) − p*·(b − a). As lse is
 * convex with gradient softmax, lse(b) − lse(a) ≤ q·(b − a), so that
 *
 * <pre>KL(p* ‖ q) ≤ (q − p*)·(b − a) ≤ √2·‖b − a‖₂,</pre>
 *
 * two distributions being at most √2 apart. With b − a = (W − W*)h, and W the head that Eckart and
 * Young give, ‖W − W*‖_F = √Σ_{i>d} σᵢ², and the best head loses no more than that one:
 *
 * <pre>gap(d) ≤ √2·mean‖h‖·√Σ_{i>d} σᵢ².</pre>
 *
 * The same head has ‖(W − W*)h‖ ≤ σ_{d+1}·‖h‖, so that a sharper bound needs one singular value
 * alone:
 *
 * <pre>gap(d) ≤ √2·mean‖h‖·σ_{d+1}.</pre>
 *
 * The Hessian of lse, diag(q) − qqᵀ, is at most ½ in the 2-norm, and the gradient of the loss is
 * zero at W*, so that near it the gap is of second order:
 *
 * <pre>gap(d) ≤ ¼·λ_max(HᵀH/N)·Σ_{i>d} σᵢ².</pre>
 *
 * All are recorded, and the slope of log gap over log √Σ_{i>d} σᵢ² at d ≥ (V − 1)/2: the theorem
 * needs 1, the last bound lets 2 expect.
 *
 * <p><b>The minimisation</b> is over A [V, d] and B [d, V − 1] of W = A·B: convex in each but not
 * in both, so that what is found is a local minimum below the truncated head. It is certified by
 * the norm of the gradient over that at the start, and by what the last tenth of the steps still
 * gained. A point counts for a slope unless its tail norm is within 10⁶ roundings of ‖W*‖, where W
 * − W* is rounding noise.
 */
public class B7TheoremBound implements Claim {
  private static final double UNIT_ROUNDOFF = 0x1p-53;
  private static final double LEAST_ROUNDINGS = 1e6;
  private static final double GRADIENT_RATIO = 1e-6;

  /** Standard deviation of the ideal logits. */
  private static final double LOGIT_DEVIATION = 2;

  private final Function<Tier, TheoremPlan> plans;

  public B7TheoremBound() {
    this(TheoremPlan::of);
  }

  B7TheoremBound(Function<Tier, TheoremPlan> plans) {
    this.plans = plans;
  }

  @Override
  public final String id() {
    return "B7";
  }

  @Override
  public final boolean readsCorpus() {
    return false;
  }

  @Override
  public final Optional<Computation> computation(Tier tier, Backend backend) {
    TheoremPlan plan = plans.apply(tier);
    int each = plan.seeds() * plan.ranks().size();
    double seconds =
        each
            * plan.spectra().stream()
                .mapToDouble(spectrum -> secondsOfHalfTheRank(plan, spectrum, backend))
                .sum();
    String work =
        String.format(
            Locale.ROOT,
            "%,d minimisations of at most %,d steps",
            each * plan.spectra().size(),
            plan.mostSteps());
    return Optional.of(Computation.of(work, seconds));
  }

  /** Seconds of one whole minimisation, whose number of steps depends on the spectrum. */
  private double secondsOfHalfTheRank(TheoremPlan plan, Spectra spectrum, Backend backend) {
    double[] sigma = sigma(spectrum, plan.vocabulary());
    Randomness randomness = Randomness.of(1).stream("timing");
    try (IdealHead ideal =
            IdealHead.draw(backend, plan.vocabulary(), plan.contexts(), sigma, randomness);
        LossGap gap = gap(backend, ideal, plan.vocabulary() / 2)) {
      long started = System.nanoTime();
      best(gap, plan.mostSteps());
      return (System.nanoTime() - started) * 1e-9;
    }
  }

  private static double[] sigma(Spectra spectrum, int vocabulary) {
    return spectrum.values(vocabulary - 1, LOGIT_DEVIATION * Math.sqrt(vocabulary));
  }

  @Override
  public final void run(ClaimContext context, EvidenceBuilder evidence) {
    TheoremPlan plan = plans.apply(context.tier());
    long total = plan.spectra().size() * context.seeds().of(plan.seeds()).count();
    long done = 0;
    for (Spectra spectrum : plan.spectra()) {
      for (long seed : context.seeds().of(plan.seeds()).toArray()) {
        context.report(
            Progress.of(id(), "%s, seed %s".formatted(spectrum.arm(), seed), done, total));
        measure(context, plan, spectrum, seed, evidence);
        done++;
      }
    }
    context.report(Progress.of(id(), "done", done, total));
  }

  /** The head that a rank is looked for from and below. */
  protected LossGap gap(Backend backend, IdealHead ideal, int rank) {
    return new LossGap(backend, ideal, rank);
  }

  /** The best head of a rank that is found. */
  protected Result best(LossGap gap, int mostSteps) {
    return new Minimisation(gap::at).from(gap.truncated(), mostSteps, GRADIENT_RATIO);
  }

  private void measure(
      ClaimContext context,
      TheoremPlan plan,
      Spectra spectrum,
      long seed,
      EvidenceBuilder evidence) {
    long started = System.nanoTime();
    Backend backend = context.backend();
    int vocabulary = plan.vocabulary();
    double[] sigma = sigma(spectrum, vocabulary);
    RunRecorder run =
        evidence.begin(
            "%s/%s/seed%s".formatted(id(), spectrum.arm(), seed),
            id(),
            spectrum.arm(),
            context.tier().label(),
            backend.device().kind(),
            seed,
            configuration(context, plan, spectrum));
    Randomness randomness = Randomness.of(seed).stream("ideal head").stream(spectrum.arm());
    try (IdealHead ideal =
        IdealHead.draw(backend, vocabulary, plan.contexts(), sigma, randomness)) {
      run.spectrum("ideal_head", 0, sigma, UNIT_ROUNDOFF * sigma[0]);
      record(backend, plan, ideal, run);
    }
    run.finish((System.nanoTime() - started) * 1e-9);
  }

  private void record(Backend backend, TheoremPlan plan, IdealHead ideal, RunRecorder run) {
    double first = Math.sqrt(2) * meanNorm(backend.toDoubles(ideal.contexts()), ideal.rank());
    double second = 0.25 * largestEigenvalue(backend, ideal.contexts());
    var best = new LogLogSlope();
    var truncated = new LogLogSlope();
    double worstBound = 0;
    double worstSharper = 0;
    double worstSecond = 0;
    double worstGradient = 0;
    double worstDecrease = 0;
    double worstOfTruncated = 0;
    double worstOverTruncated = 0;
    int excluded = 0;
    for (int rank : plan.ranks()) {
      double tail = ideal.tailNorm(rank);
      double next = ideal.sigma()[rank];
      Result found;
      double cut;
      try (LossGap gap = gap(backend, ideal, rank)) {
        cut = gap.at(gap.truncated()).gap();
        found = best(gap, plan.mostSteps());
      }
      run.metric(CurveName.name("tail_norm", rank), 0, tail, "1");
      run.metric(CurveName.name("gap", rank), 0, found.gap(), "nats");
      run.metric(CurveName.name("gap_of_truncated", rank), 0, cut, "nats");
      run.metric(CurveName.name("bound", rank), 0, first * tail, "nats");
      run.metric(CurveName.name("sharper_bound", rank), 0, first * next, "nats");
      run.metric(CurveName.name("second_order_bound", rank), 0, second * tail * tail, "nats");
      run.metric(CurveName.name("gradient_ratio", rank), 0, found.gradientRatio(), "1");
      worstBound = Math.max(worstBound, found.gap() / (first * tail));
      worstSharper = Math.max(worstSharper, found.gap() / (first * next));
      worstSecond = Math.max(worstSecond, found.gap() / (second * tail * tail));
      worstOfTruncated = Math.max(worstOfTruncated, cut / (first * tail));
      worstOverTruncated = Math.max(worstOverTruncated, found.gap() / cut);
      worstGradient = Math.max(worstGradient, found.gradientRatio());
      worstDecrease = Math.max(worstDecrease, found.relativeDecrease());
      if (2 * rank >= ideal.rank()) {
        if (tail > LEAST_ROUNDINGS * UNIT_ROUNDOFF * ideal.tailNorm(0)) {
          best.add(tail, found.gap());
          truncated.add(tail, cut);
        } else {
          excluded++;
        }
      }
    }
    run.metric("gap_over_bound", 0, worstBound, "1");
    run.metric("truncated_gap_over_bound", 0, worstOfTruncated, "1");
    run.metric("gap_over_sharper_bound", 0, worstSharper, "1");
    run.metric("gap_over_second_order_bound", 0, worstSecond, "1");
    run.metric("gap_over_truncated", 0, worstOverTruncated, "1");
    run.metric("slope", 0, best.slope(), "1");
    run.metric("slope_of_truncated", 0, truncated.slope(), "1");
    run.metric("largest_gradient_ratio", 0, worstGradient, "1");
    run.metric("largest_late_decrease", 0, worstDecrease, "1");
    run.metric("points_excluded", 0, excluded, "1");
  }

  private static double meanNorm(double[] contexts, int width) {
    double sum = 0;
    for (int from = 0; from < contexts.length; from += width) {
      double square = 0;
      for (double x : Arrays.copyOfRange(contexts, from, from + width)) {
        square += x * x;
      }
      sum += Math.sqrt(square);
    }
    return sum * width / contexts.length;
  }

  /** λ_max(HᵀH/N). */
  private static double largestEigenvalue(Backend backend, Tensor contexts) {
    try (TensorScope scope = backend.newScope()) {
      Tensor gram = scope.zeros(ElementType.F64, contexts.cols(), contexts.cols());
      Tensor eigenvalues = scope.zeros(ElementType.F64, contexts.cols());
      backend.syrk(Transpose.YES, contexts, 0, gram);
      backend.symmetricEigenvalues(gram, eigenvalues);
      double[] ascending = backend.toDoubles(eigenvalues);
      return ascending[ascending.length - 1] / contexts.rows();
    }
  }

  private static String configuration(ClaimContext context, TheoremPlan plan, Spectra spectrum) {
    var all = new LinkedHashMap<String, Object>();
    all.put(
        "experiment",
        Ordered.map(
            Map.entry("vocabulary", plan.vocabulary()),
            Map.entry("contexts", plan.contexts()),
            Map.entry("exponent", spectrum.exponent()),
            Map.entry("logitDeviation", LOGIT_DEVIATION),
            Map.entry("ranks", plan.ranks()),
            Map.entry("mostSteps", plan.mostSteps())));
    all.put("device", context.backend().device().name());
    all.put("libraries", context.backend().device().libraries());
    return Json.line(all);
  }
}
