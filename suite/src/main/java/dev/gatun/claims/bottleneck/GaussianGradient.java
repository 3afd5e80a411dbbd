package dev.gatun.claims.bottleneck;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.Computation;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.SweepRuns.Selection;
import dev.gatun.experiment.Tier;
import dev.gatun.measure.BatchRank;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.measure.NormalMatrix;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.RowChunks;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.BlockVisitor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A null of A4: a matrix of independent normal entries.
 *
 * @param settings whose V and N it takes, those of the first; width and training are irrelevant
 */
record GaussianGradient(Selection<BottleneckSetting> settings) implements ClaimPart {
  private static final long CHUNK = 256;

  /** V of the matrix that is timed for the estimate. */
  private static final int TIMED_VOCABULARY = 512;

  /** The time of decompositions grows with the cube of V where N grows along. */
  @Override
  public Optional<Computation> computation(Tier tier, Backend backend) {
    return settings.of(tier, Seeds.from(1)).stream()
        .findFirst()
        .map(setting -> {
          int contexts = setting.rankContexts();
          int vocabulary = setting.size().vocabulary();
          double larger = Math.max(1, (double) vocabulary / TIMED_VOCABULARY);
          double timed =
              Computation.secondsOf(() ->
                  spectra(backend, (long) (contexts / larger), (long) (vocabulary / larger), 1));
          double seconds = timed * Math.pow(larger, 3);
          return Computation.of(
              String.format(
                  Locale.ROOT,
                  "singular values of 4 matrices of at most %,d × %,d",
                  contexts,
                  vocabulary),
              seconds);
        });
  }

  @Override
  public void run(ClaimContext context, String claim, EvidenceBuilder evidence) {
    settings.of(context.tier(), context.seeds()).stream()
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
        spectra(
            context.backend(), setting.rankContexts(), setting.size().vocabulary(), setting.seed());
    for (int i = 0; i < batches.length; i++) {
      curve.record(BatchRank.of(spectra.get(i)), batches[i], 0, run);
    }
    curve.finish(0, run);
    run.finish((System.nanoTime() - started) * 1e-9);
  }

  private static List<Spectrum> spectra(
      Backend backend, long contexts, long vocabulary, long seed) {
    Randomness randomness = Randomness.of(seed).stream("gaussian gradient");
    return HeadMeasures.EXACT.batchSpectra(
        backend, normal(backend, contexts, vocabulary, randomness), BatchRank.quarters(contexts));
  }

  private static RowChunks normal(
      Backend backend, long contexts, long vocabulary, Randomness randomness) {
    return new RowChunks() {
      @Override
      public long rows() {
        return contexts;
      }

      @Override
      public long cols() {
        return vocabulary;
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
