package dev.gatun.claims.bottleneck;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.SweepRuns.Selection;
import dev.gatun.measure.BatchRank;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.measure.NormalMatrix;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.RowChunks;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.BlockVisitor;
import java.util.List;

/**
 * A null of A4: a matrix of independent normal entries.
 *
 * @param settings whose V and N it takes, those of the first; width and training are irrelevant
 */
record GaussianGradient(Selection<BottleneckSetting> settings) implements ClaimPart {
  private static final long CHUNK = 256;

  @Override
  public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
    settings.of(context.tier(), context.seed()).stream()
        .findFirst()
        .ifPresent(setting -> record(context, claim, setting, evidence));
  }

  private static void record(
      ClaimContext context, String claim, BottleneckSetting setting, EvidenceBuilder evidence) {
    long started = System.nanoTime();
    RunRecorder run =
        evidence.begin(
            claim + "/gaussian",
            claim,
            "gaussian",
            context.tier().label(),
            context.backend().device().kind(),
            setting.seed(),
            "{\"contexts\": %s, \"vocabulary\": %s}"
                .formatted(setting.rankContexts(), setting.size().vocabulary()));
    long[] batches = BatchRank.quarters(setting.rankContexts());
    var curve = new BatchRank.Curve("gaussian", setting.size().vocabulary());
    List<Spectrum> spectra =
        HeadMeasures.EXACT.batchSpectra(context.backend(), normal(context, setting), batches);
    for (int i = 0; i < batches.length; i++) {
      curve.record(BatchRank.of(spectra.get(i)), batches[i], 0, run);
    }
    curve.finish(0, run);
    run.finish((System.nanoTime() - started) * 1e-9);
  }

  private static RowChunks normal(ClaimContext context, BottleneckSetting setting) {
    Backend backend = context.backend();
    Randomness randomness = Randomness.of(setting.seed()).stream("gaussian gradient");
    return new RowChunks() {
      @Override
      public long rows() {
        return setting.rankContexts();
      }

      @Override
      public long cols() {
        return setting.size().vocabulary();
      }

      @Override
      public void forEach(BlockVisitor visitor) {
        for (long first = 0; first < rows(); first += CHUNK) {
          long count = Math.min(CHUNK, rows() - first);
          try (TensorScope scope = backend.newScope()) {
            visitor.accept(
                first, NormalMatrix.inF64(backend, scope, count, cols(), randomness.stream(first)));
          }
        }
      }
    };
  }
}
