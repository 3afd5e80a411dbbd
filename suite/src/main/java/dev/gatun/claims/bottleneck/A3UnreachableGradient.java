package dev.gatun.claims.bottleneck;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.Tier;
import dev.gatun.measure.NormalMatrix;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.RowChunks;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.List;

/**
 * A3: since a step has rank at most 2D, a positive part of G is out of its reach. Measured as the
 * relative distance of G to the nearest matrix of rank 2D (Eckart and Young), and to the nearest
 * multiple of the step taken, which can only be larger. Control: of a G built by hand with rank 2D
 * nothing is out of reach.
 */
public final class A3UnreachableGradient implements Claim {
  private static final List<String> EVIDENCE =
      List.of(
          "rank_cap",
          "best_rank_residual",
          "direction_residual",
          "direction_over_best_residual",
          "logit_gradient");

  /** The control is algebra, which needs no larger matrix unless the rank does. */
  private static final int CONTROL_SIZE = 2048;

  private final BottleneckExperiment experiment;

  /** Reads an experiment, which other claims may share. */
  public A3UnreachableGradient(BottleneckExperiment experiment) {
    this.experiment = experiment;
  }

  @Override
  public String id() {
    return "A3";
  }

  @Override
  public boolean readsCorpus() {
    return true;
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return experiment.trainingsWithSpectra(tier, seed, id());
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    SweepEvidence.hand(id(), experiment.withSpectra(context, id()), EVIDENCE, evidence);
    experiment.plan(context, id()).withSpectra().stream()
        .filter(setting -> setting.seed() == context.seed())
        .forEach(setting -> recordControl(context, setting, evidence));
  }

  private void recordControl(
      ClaimContext context, BottleneckSetting setting, EvidenceBuilder evidence) {
    long started = System.nanoTime();
    int cap = 2 * setting.size().width();
    int size = Math.min(setting.size().vocabulary(), Math.max(CONTROL_SIZE, 2 * cap));
    String arm = "reachable-" + setting.arm();
    RunRecorder run =
        evidence.begin(
            id() + "/" + arm,
            id(),
            arm,
            context.tier().label(),
            context.backend().device().kind(),
            setting.seed(),
            "{\"contexts\": %s, \"vocabulary\": %s, \"rank\": %s}".formatted(size, size, cap));
    try (TensorScope scope = context.backend().newScope()) {
      Tensor reachable = ofRank(context.backend(), scope, size, cap, setting);
      Spectrum spectrum = experiment.measures().spectrum(context.backend(), whole(reachable));
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
      public void forEach(Visitor visitor) {
        visitor.accept(0, matrix);
      }
    };
  }
}
