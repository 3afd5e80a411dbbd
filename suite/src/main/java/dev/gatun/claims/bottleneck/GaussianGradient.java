package dev.gatun.claims.bottleneck;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ClaimPart;
import dev.gatun.experiment.SweepRuns.Selection;
import dev.gatun.measure.BatchRank;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.GramSpectrum;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * The null of A4: matrices of independent normal entries, one for each batch size.
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
