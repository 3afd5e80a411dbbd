package dev.gatun.claims.bottleneck;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.SweepRuns.Selection;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.measure.NormalMatrix;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.RowChunks;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * The control of A3: of a G built by hand with rank 2D nothing is out of a step's reach.
 *
 * @param settings whose widths and vocabularies it takes, those of the first seed
 */
record ReachableGradient(HeadMeasures measures, Selection<BottleneckSetting> settings)
    implements ClaimPart {
  /** It is algebra, which needs no larger matrix unless the rank does. */
  private static final int SIZE = 2048;

  @Override
  public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
    settings.of(context.tier(), context.seed()).stream()
        .filter(setting -> setting.seed() == context.seed())
        .forEach(setting -> record(context, claim, setting, evidence));
  }

  private void record(
      ClaimContext context, String claim, BottleneckSetting setting, EvidenceBuilder evidence) {
    long started = System.nanoTime();
    int cap = 2 * setting.size().width();
    int size = Math.min(setting.size().vocabulary(), Math.max(SIZE, 2 * cap));
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
    try (TensorScope scope = context.backend().newScope()) {
      Tensor reachable = ofRank(context.backend(), scope, size, cap, setting);
      Spectrum spectrum = measures.spectrum(context.backend(), whole(reachable));
      run.metric(
          "best_rank_residual_of_reachable",
          0,
          spectrum.bestRankResidual(cap),
          spectrum.bestRankResidualError(cap),
          "1");
      run.metric("reachable_rank", 0, spectrum.numericalRank(), "1");
      run.metric("rank_cap", 0, cap, "1");
    }
    run.finish((System.nanoTime() - started) * 1e-9);
  }

  /** A·Bᵀ with independent normal A, B [size, rank]. */
  private static Tensor ofRank(
      Backend backend, TensorScope scope, int size, int rank, BottleneckSetting setting) {
    Randomness randomness = Randomness.of(setting.seed()).stream("reachable gradient");
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
