package dev.gatun.claims.bottleneck;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.Computation;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.SweepRuns.Selection;
import dev.gatun.experiment.Tier;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.measure.NormalMatrix;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.RowChunks;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The control of A3: of a G built by hand with rank 2D nothing is out of a step's reach.
 *
 * @param settings whose widths and vocabularies it takes, those of the first seed
 */
record ReachableGradient(HeadMeasures measures, Selection<BottleneckSetting> settings)
    implements ClaimPart {
  /** It is algebra, which needs no larger matrix unless the rank does. */
  private static final int SIZE = 2048;

  /** Order of the matrix that is timed for the estimate. */
  private static final int TIMED_SIZE = 512;

  /** The time of a spectrum grows with the cube of its order. */
  @Override
  public Optional<Computation> computation(Tier tier, Backend backend) {
    List<BottleneckSetting> all = ofFirstSeed(tier, Seeds.from(1));
    if (all.isEmpty()) {
      return Optional.empty();
    }
    double timed = Computation.secondsOf(() -> spectrum(backend, TIMED_SIZE, TIMED_SIZE / 8, 1));
    double seconds =
        all.stream().mapToDouble(s -> timed * Math.pow((double) size(s) / TIMED_SIZE, 3)).sum();
    int largest = all.stream().mapToInt(ReachableGradient::size).max().getAsInt();
    return Optional.of(
        Computation.of(
            String.format(Locale.ROOT, "%s spectra of order at most %,d", all.size(), largest),
            seconds));
  }

  @Override
  public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
    ofFirstSeed(context.tier(), context.seeds())
        .forEach(setting -> record(context, claim, setting, evidence));
  }

  private List<BottleneckSetting> ofFirstSeed(Tier tier, Seeds seeds) {
    return settings.of(tier, seeds).stream()
        .filter(setting -> setting.seed() == seeds.first())
        .toList();
  }

  private static int rank(BottleneckSetting setting) {
    return 2 * setting.size().width();
  }

  private static int size(BottleneckSetting setting) {
    return Math.min(setting.size().vocabulary(), Math.max(SIZE, 2 * rank(setting)));
  }

  private void record(
      ClaimContext context, String claim, BottleneckSetting setting, EvidenceBuilder evidence) {
    long started = System.nanoTime();
    int cap = rank(setting);
    int size = size(setting);
    String arm = "reachable-" + setting.arm();
    RunRecorder run =
        evidence.begin(
            claim + "/" + arm,
            claim,
            arm,
            context.tier().label(),
            context.backend().device().kind(),
            setting.seed(),
            "{\"contexts\": %s, \"vocabulary\": %s, \"rank\": %s}".formatted(size, size, cap));
    Spectrum spectrum = spectrum(context.backend(), size, cap, setting.seed());
    run.metric(
        "best_rank_residual_of_reachable",
        0,
        spectrum.bestRankResidual(cap),
        spectrum.bestRankResidualError(cap),
        "1");
    run.metric("reachable_rank", 0, spectrum.numericalRank(), "1");
    run.metric("rank_cap", 0, cap, "1");
    run.finish((System.nanoTime() - started) * 1e-9);
  }

  private Spectrum spectrum(Backend backend, int size, int rank, long seed) {
    try (TensorScope scope = backend.newScope()) {
      return measures.spectrum(backend, whole(ofRank(backend, scope, size, rank, seed)));
    }
  }

  /** A·Bᵀ with independent normal A, B [size, rank]. */
  private static Tensor ofRank(Backend backend, TensorScope scope, int size, int rank, long seed) {
    Randomness randomness = Randomness.of(seed).stream("reachable gradient");
    Tensor product = scope.zeros(ElementType.F64, size, size);
    try (TensorScope factors = backend.newScope()) {
      Tensor a = NormalMatrix.inF64(backend, factors, size, rank, randomness.stream("left"));
      Tensor b = NormalMatrix.inF64(backend, factors, size, rank, randomness.stream("right"));
      backend.gemm(Transpose.NO, Transpose.YES, 1, a, b, 0, product);
    }
    return product;
  }

  private static RowChunks whole(Tensor matrix) {
    return new RowChunks() {
      @Override
      public long rows() {
        return matrix.rows();
      }

      @Override
      public long cols() {
        return matrix.cols();
      }

      @Override
      public void forEach(BlockVisitor visitor) {
        visitor.accept(0, matrix);
      }
    };
  }
}
