package dev.gatun.claims.heads;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.Computation;
import dev.gatun.experiment.Progress;
import dev.gatun.experiment.Tier;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A8: what a narrow head cannot learn it could express. With D = 2 and the tokens on a circle, the
 * context that sits on its target scores it highest, by the margin 1 − cos(2π/V) ≈ 2π²/V², for
 * every target; so any map from contexts to top tokens has weights. Logits carry a few roundings,
 * so the construction needs a unit roundoff well below the margin: f64 holds to V ≈ 10⁸, f32 to a
 * few thousand. With D = 1, at most two tokens can ever be on top.
 */
public final class A8TwoDimensionsSuffice implements Claim {
  private static final int[] VOCABULARIES = {128, 512, 2048, 8192, 32_768, 131_072};

  /** From here on a sample of the targets is tried. */
  private static final int LARGEST_EXHAUSTIVE = 32_768;

  private static final int SAMPLE = 16_384;
  private static final int LARGEST_CONTROL = 8192;
  private static final long CHUNK_BYTES = 8L << 20;

  /** V that is timed for the estimate. */
  private static final int TIMED_VOCABULARY = 8192;

  /** One target in 16 is timed. */
  private static final int TIMED_STRIDE = 16;

  private final TokenPlacement placement;
  private final int[] vocabularies;

  public A8TwoDimensionsSuffice() {
    this(TokenPlacement.circle(), VOCABULARIES);
  }

  /** With another placement of the tokens, at other sizes. */
  public A8TwoDimensionsSuffice(TokenPlacement placement, int... vocabularies) {
    this.placement = placement;
    this.vocabularies = vocabularies.clone();
  }

  @Override
  public String id() {
    return "A8";
  }

  @Override
  public boolean readsCorpus() {
    return false;
  }

  /** The time grows with the number of logits. */
  @Override
  public Optional<Computation> computation(Tier tier, Backend backend) {
    double inF64 = secondsOfALogit(backend, ElementType.F64);
    double inF32 = secondsOfALogit(backend, ElementType.F32);
    double logits = 0;
    double seconds = 0;
    for (int vocabulary : vocabularies) {
      double each = (double) vocabulary * (vocabulary / stride(vocabulary));
      int timesInF64 = vocabulary <= LARGEST_CONTROL ? 2 : 1;
      logits += each * (timesInF64 + 1);
      seconds += each * (timesInF64 * inF64 + inF32);
    }
    String work = String.format(Locale.ROOT, "%.1f billion logits at D = 2", logits / 1e9);
    return Optional.of(Computation.of(work, seconds));
  }

  private double secondsOfALogit(Backend backend, ElementType type) {
    double seconds =
        Computation.secondsOf(
            () -> accuracy(backend, placement, TIMED_VOCABULARY, type, TIMED_STRIDE));
    return seconds * TIMED_STRIDE / TIMED_VOCABULARY / TIMED_VOCABULARY;
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    long done = 0;
    for (int vocabulary : vocabularies) {
      long started = System.nanoTime();
      context.report(Progress.of(id(), "V = " + vocabulary, done++, vocabularies.length));
      RunRecorder run =
          evidence.begin(
              id() + "/v" + vocabulary,
              id(),
              "v" + vocabulary,
              context.tier().label(),
              context.backend().device().kind(),
              context.seed(),
              "{\"vocabulary\": %s, \"width\": %s}".formatted(vocabulary, placement.width()));
      measure(context.backend(), vocabulary, run);
      run.finish((System.nanoTime() - started) * 1e-9);
    }
    context.report(Progress.of(id(), "done", done, vocabularies.length));
  }

  private void measure(Backend backend, int vocabulary, RunRecorder run) {
    double margin = 1 - StrictMath.cos(2 * StrictMath.PI / vocabulary);
    run.metric("margin", 0, margin, "1");
    run.metric("margin_over_f64_epsilon", 0, margin / 0x1p-52, "1");
    run.metric("margin_over_f32_epsilon", 0, margin / 0x1p-23, "1");
    int stride = stride(vocabulary);
    run.metric(
        "top1_accuracy", 0, accuracy(backend, placement, vocabulary, ElementType.F64, stride), "1");
    run.metric(
        "top1_accuracy_f32",
        0,
        accuracy(backend, placement, vocabulary, ElementType.F32, stride),
        "1");
    if (vocabulary <= LARGEST_CONTROL) {
      run.metric(
          "top1_accuracy_one_dimension",
          0,
          accuracy(backend, TokenPlacement.line(), vocabulary, ElementType.F64, 1),
          "1");
    }
  }

  private static int stride(int vocabulary) {
    return vocabulary <= LARGEST_EXHAUSTIVE ? 1 : vocabulary / SAMPLE;
  }

  /** Share of the targets, every {@code stride}-th of them, that have the largest logit. */
  private static double accuracy(
      Backend backend, TokenPlacement placement, int vocabulary, ElementType type, int stride) {
    int width = placement.width();
    double[] contexts = strided(placement.hiddenStates(vocabulary), width, stride);
    int targets = contexts.length / width;
    long chunkRows = Math.clamp(CHUNK_BYTES / (type.byteSize() * vocabulary), 1, targets);
    try (TensorScope scope = backend.newScope()) {
      Tensor headWeights = scope.zeros(type, vocabulary, width);
      Tensor hiddenStates = scope.zeros(type, targets, width);
      Tensor logits = scope.zeros(type, chunkRows, vocabulary);
      Tensor top = scope.zeros(ElementType.I32, targets);
      backend.write(placement.headWeights(vocabulary), headWeights);
      backend.write(contexts, hiddenStates);
      for (long from = 0; from < targets; from += chunkRows) {
        long rows = Math.min(chunkRows, targets - from);
        Tensor chunk = logits.rows(0, rows);
        backend.gemm(
            Transpose.NO, Transpose.YES, 1, hiddenStates.rows(from, rows), headWeights, 0, chunk);
        backend.argmaxRows(chunk, top.slice(from, rows));
      }
      int[] answers = backend.toInts(top);
      long right = 0;
      for (int i = 0; i < targets; i++) {
        right += answers[i] == i * stride ? 1 : 0;
      }
      return (double) right / targets;
    }
  }

  private static double[] strided(double[] points, int width, int stride) {
    if (stride == 1) {
      return points;
    }
    double[] some = new double[points.length / stride];
    for (int row = 0; row < some.length / width; row++) {
      System.arraycopy(points, row * stride * width, some, row * width, width);
    }
    return some;
  }

  @Override
  public String toString() {
    return id() + Arrays.toString(vocabularies);
  }
}
