package dev.gatun.claims.ngram;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Corpus;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.Computation;
import dev.gatun.experiment.Progress;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.StoredRuns;
import dev.gatun.experiment.Tier;
import dev.gatun.results.Evidence;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.SparseGramSpectrum;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Computes the matrices of a plan one after the other, each on the whole device; finished ones are
 * found again after an interrupt.
 */
final class NgramExperiment {
  private static final String NAME = "ngram";

  /** Most memory for n-grams and for a band of the Gram matrix, each; less if the heap is small. */
  private static final long MOST_MEMORY = 2L << 30;

  /** The largest order that is timed for the estimate. */
  private static final int LARGEST_TIMED_ORDER = 4096;

  /** A small vocabulary is divided by this for the order that is timed. */
  private static final int VOCABULARY_OVER_TIMED = 8;

  private final NgramMeasures measures;
  private final Plans plans;
  private final StoredRuns runs = new StoredRuns(NAME);

  /** With the plans of the tiers. */
  NgramExperiment() {
    this(NgramMeasures.EXACT, NgramPlan::of);
  }

  /** With other plans. */
  NgramExperiment(NgramMeasures measures, Plans plans) {
    this.measures = measures;
    this.plans = plans;
  }

  /** What is computed at a tier. */
  @FunctionalInterface
  interface Plans {
    NgramPlan of(Tier tier, Seeds seeds);
  }

  /** Evidence of each setting, in the order of the plan. */
  List<Evidence> evidence(ClaimContext context, String claim) {
    NgramPlan plan = plans.of(context.tier(), context.seeds());
    Corpus corpus = context.corpus().get();
    Path folder = context.unfinished().resolve(NAME).resolve("temporary");
    List<Evidence> evidence = new ArrayList<>();
    int all = plan.settings().size();
    try (var _ = runs.takeAll(context);
        var source =
            new NgramSource(
                corpus,
                context.tokenizer(plan.vocabulary()),
                plan,
                measures,
                memoryBytes(),
                folder,
                (done, documents) ->
                    context.report(
                        Progress.of(
                            claim,
                            "tokenize %s of %s files".formatted(done, documents),
                            0,
                            all)))) {
      for (NgramSetting setting : plan.settings()) {
        int done = evidence.size();
        evidence.add(
            runs.once(
                context,
                setting.arm(),
                setting.seed(),
                setting,
                corpus,
                source.tokenizerName(),
                run -> measure(context, claim, setting, source, done, all, run)));
      }
    }
    context.report(Progress.of(claim, "done", all, all));
    return evidence;
  }

  private void measure(
      ClaimContext context,
      String claim,
      NgramSetting setting,
      NgramSource source,
      int done,
      int all,
      RunRecorder run) {
    context.report(Progress.of(claim, "count n-grams of " + setting.arm(), done, all));
    if (setting.smoothed()) {
      MatrixMeter.record(source.smoothed(setting), setting.vocabulary(), context.backend(), run);
      return;
    }
    NgramMatrix matrix = source.matrix(setting);
    var gram = new SparseGramSpectrum(matrix);
    String task =
        String.format(
            Locale.ROOT, "%s: eigenvalues of order %,d", setting.arm(), gram.largestBlock());
    context.report(Progress.of(claim, task, done, all));
    Spectrum spectrum = measures.spectrum(gram, context.backend(), memoryBytes());
    MatrixMeter.record(matrix, source.tokens(setting), gram, spectrum, run);
  }

  /** An eighth of the heap, so that the rest of the work has room beside it. */
  private static long memoryBytes() {
    return Math.min(MOST_MEMORY, Runtime.getRuntime().maxMemory() / 8);
  }

  /** What a tier takes, in words, from the time of a small eigenproblem. */
  Computation cost(Tier tier, Seeds seeds, Backend backend) {
    NgramPlan plan = plans.of(tier, seeds);
    double order = plan.vocabulary();
    int timed = Math.min(LARGEST_TIMED_ORDER, plan.vocabulary() / VOCABULARY_OVER_TIMED);
    double each = seconds(timed, backend) * Math.pow(order / timed, 3);
    List<String> lines =
        List.of(
            String.format(
                Locale.ROOT,
                "%s matrices of V = %,d, n-grams sorted within %.1f GiB and on disk (up to 24 bytes"
                    + " a token and sample)",
                plan.settings().size(),
                plan.vocabulary(),
                memoryBytes() * 0x1p-30),
            String.format(
                Locale.ROOT,
                "Gram matrix of at most %.1f GiB%s; its eigenvalues at most %.0f min each, less"
                    + " where tokens do not occur or never share a context",
                order * order * 0x1p-27,
                backend.freeMemoryBytes().isPresent()
                    ? String.format(
                        Locale.ROOT,
                        " of %.1f GiB free",
                        backend.freeMemoryBytes().getAsLong() * 0x1p-30)
                    : "",
                Math.ceil(each / 60)));
    return new Computation(lines, plan.settings().size() * each);
  }

  private static double seconds(int order, Backend backend) {
    try (TensorScope scope = backend.newScope()) {
      Tensor gram = scope.zeros(ElementType.F64, order, order);
      Tensor values = scope.zeros(ElementType.F64, order);
      return Computation.secondsOf(() -> {
        fill(gram, backend);
        backend.symmetricEigenvalues(gram, values);
        backend.synchronise();
      });
    }
  }

  private static void fill(Tensor gram, Backend backend) {
    double[] row = new double[Math.toIntExact(gram.cols())];
    for (int i = 0; i < row.length; i++) {
      for (int j = 0; j <= i; j++) {
        row[j] = 1.0 / (1 + i - j);
      }
      backend.write(row, gram.slice((long) i * row.length, row.length));
    }
  }
}
