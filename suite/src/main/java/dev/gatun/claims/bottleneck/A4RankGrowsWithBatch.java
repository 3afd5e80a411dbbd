package dev.gatun.claims.bottleneck;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.SweepEvidence;
import dev.gatun.experiment.Tier;
import dev.gatun.measure.BatchRank;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.GramSpectrum;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.List;

/**
 * A4: the rank of the logit gradient grows with the batch to near V, while few components hold most
 * of its norm. Measured as the number of exact singular values above their error bound and as the
 * fewest leading components with 70 % and with 99.9 % of the Frobenius norm (unsquared), for
 * batches that double. Beside it two nulls of the same size: a Gaussian matrix, which knows
 * nothing, and the targets alone, −Y, which knows how often each token follows and nothing of the
 * model.
 */
public final class A4RankGrowsWithBatch implements Claim {
  private static final List<String> EVIDENCE =
      List.of(
          "gradient_rank_of",
          "gradient_components_70_of",
          "gradient_components_999_of",
          "gradient_rank_share",
          "gradient_components_70_share",
          "gradient_components_999_share",
          "gradient_rank_growth",
          "targets_rank_of",
          "targets_components_70_of",
          "targets_components_999_of",
          "targets_rank_share",
          "targets_components_70_share",
          "targets_components_999_share",
          "targets_rank_growth",
          "contexts",
          "distinct_contexts",
          "distinct_targets");

  private static final long CHUNK = 256;

  private final BottleneckExperiment experiment;

  /** Reads an experiment, which other claims may share. */
  public A4RankGrowsWithBatch(BottleneckExperiment experiment) {
    this.experiment = experiment;
  }

  @Override
  public String id() {
    return "A4";
  }

  @Override
  public boolean readsCorpus() {
    return true;
  }

  @Override
  public List<PlannedRun<?>> trainings(Tier tier, long seed) {
    return experiment.trainingsWithAnatomy(tier, seed, id());
  }

  @Override
  public void run(ClaimContext context, EvidenceBuilder evidence) {
    SweepEvidence.hand(id(), experiment.withAnatomy(context, id()), EVIDENCE, evidence);
    experiment.plan(context, id()).withAnatomy().stream()
        .findFirst()
        .ifPresent(setting -> recordGaussian(context, setting, evidence));
  }

  /** A matrix of independent normal entries for each batch size: width and training are nothing. */
  private void recordGaussian(
      ClaimContext context, BottleneckSetting setting, EvidenceBuilder evidence) {
    long started = System.nanoTime();
    RunRecorder run =
        evidence.begin(
            id() + "/gaussian",
            id(),
            "gaussian",
            context.tier().label(),
            context.backend().device().kind(),
            setting.seed(),
            "{\"contexts\": %s, \"vocabulary\": %s}"
                .formatted(setting.contexts(), setting.size().vocabulary()));
    var curve = new BatchRank.Curve("gaussian", setting.size().vocabulary());
    for (long contexts : BatchRank.sizes(setting.contexts())) {
      curve.record(BatchRank.of(gaussian(context.backend(), setting, contexts)), contexts, 0, run);
    }
    curve.finish(0, run);
    run.finish((System.nanoTime() - started) * 1e-9);
  }

  /** All singular values, streamed to the Gram matrix of the smaller side. */
  private static Spectrum gaussian(Backend backend, BottleneckSetting setting, long contexts) {
    long vocabulary = setting.size().vocabulary();
    long order = Math.min(contexts, vocabulary);
    long lines = Math.max(contexts, vocabulary);
    Randomness randomness = Randomness.of(setting.seed()).stream("gaussian gradient");
    try (TensorScope scope = backend.newScope();
        GramSpectrum spectrum = GramSpectrum.ofRows(backend, order)) {
      float[] entries = new float[Math.toIntExact(Math.min(CHUNK, lines) * order)];
      Tensor chunk = scope.zeros(ElementType.F32, Math.min(CHUNK, lines), order);
      for (long line = 0; line < lines; line += CHUNK) {
        randomness.stream(contexts).stream(line).gaussian(entries, 1);
        backend.write(entries, chunk);
        spectrum.add(chunk.rows(0, Math.min(CHUNK, lines - line)));
      }
      return spectrum.finish();
    }
  }
}
