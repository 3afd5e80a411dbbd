package dev.gatun.claims.signal;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.claims.signal.SplitProjection.Part;
import dev.gatun.claims.signal.SplitProjection.Parts;
import dev.gatun.data.Randomness;
import dev.gatun.measure.NormalMatrix;
import dev.gatun.measure.RandomHead;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.CalibratedProjection;
import dev.gatun.spectrum.Centring;
import dev.gatun.spectrum.GradientProjection;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.Tensor;

/**
 * Measures what a model's head lets through of the logit gradient of fixed contexts of a known
 * source, and of its parts: see {@link GradientSplit}. Beside a head stands the one of its own
 * singular values with random left vectors, which destroys as much as any random head does.
 */
final class SignalMeter {
  private final KnownSource source;
  private final Batch contexts;
  private final Randomness randomness;

  /**
   * For the given contexts.
   *
   * @param contexts sequences that begin where the source's do
   * @param randomness from which the random heads are drawn
   */
  SignalMeter(KnownSource source, Batch contexts, Randomness randomness) {
    this.source = source;
    this.contexts = contexts;
    this.randomness = randomness;
  }

  /** Records the loss, the energies of the parts, and what W and C·W let through of each. */
  void record(LanguageModel model, long step, RunRecorder run) {
    HeadInputs at = model.headInputs(contexts);
    Backend backend = model.backend();
    try (TensorScope scope = backend.newScope()) {
      Tensor weights = model.head().weights(scope);
      Tensor normals = normals(backend, scope, weights, step);
      Tensor random = RandomHead.ofSpectrum(backend, scope, weights, normals);
      Tensor ofCentred = Centring.of(backend, scope, weights);
      Tensor ofCentredRandom =
          RandomHead.ofSpectrum(backend, scope, ofCentred, Centring.of(backend, scope, normals));
      try (var split = new GradientSplit(backend, source, contexts);
          var own = new SplitProjection(backend, weights);
          var ofRandom = new SplitProjection(backend, random);
          var centred = new SplitProjection(backend, ofCentred);
          var centredRandom = new SplitProjection(backend, ofCentredRandom);
          var calibrated = new CalibratedProjection(backend, own.subspace())) {
        split.forEach(
            model.head(),
            at,
            rows -> {
              own.add(rows);
              ofRandom.add(rows);
              centred.add(rows);
              centredRandom.add(rows);
              calibrated.add(rows.probabilities());
            });
        Parts parts = own.result();
        record(parts, ofRandom.result(), step, run);
        record(centred.result(), centredRandom.result(), step, run.centred());
        recordEnergies(parts, calibrated, step, run);
        recordLoss(model, at, split.lossOfSource(), step, run);
      }
    }
  }

  private static void record(Parts own, Parts ofRandom, long step, RunRecorder run) {
    record("", own.gradient(), ofRandom.gradient(), step, run);
    record("_of_signal", own.signal(), ofRandom.signal(), step, run);
    record("_of_noise", own.noise(), ofRandom.noise(), step, run);
    run.metric("signal_of_destroyed", step, own.signalOfDestroyed(), "1");
    run.metric("signal_of_kept", step, own.signalOfKept(), "1");
    run.metric("kept_over_noise", step, own.keptOverNoise(), "1");
    run.metric("kept_over_noise_random_head", step, ofRandom.keptOverNoise(), "1");
    run.metric("signal_over_noise", step, own.signalOverNoise(), "1");
    run.metric("signal_over_noise_random_head", step, ofRandom.signalOverNoise(), "1");
  }

  private static void record(String part, Part own, Part ofRandom, long step, RunRecorder run) {
    recordHead(part, own, step, run);
    recordHead(part + "_random_head", ofRandom, step, run);
  }

  private static void recordHead(String ending, Part part, long step, RunRecorder run) {
    run.metric("destroyed_norm" + ending, step, part.projection().destroyedNorm(), "1");
    run.metric("kept_over_chance" + ending, step, part.projection().keptOverChance(), "1");
    run.metric("cosine" + ending, step, part.cosine(), "1");
  }

  /** Also beside what is expected of the noise, whatever the labels are. */
  private static void recordEnergies(
      Parts own, CalibratedProjection calibrated, long step, RunRecorder run) {
    GradientProjection noise = own.noise().projection();
    double contexts = noise.contexts();
    double energy = own.noise().energy() * contexts * contexts;
    run.metric("destroyed_norm_unrelated", step, noise.unrelatedDestroyedNorm(), "1");
    run.metric("gradient_norm", step, own.gradient().projection().gradientNorm(), "1");
    run.metric("signal_energy", step, own.signalEnergy(), "1");
    run.metric("noise_energy", step, own.noiseEnergy(), "1");
    run.metric("cross_energy", step, own.crossEnergy(), "1");
    run.metric("noise_over_expected", step, energy / calibrated.energy(), "1");
    double kept = noise.keptNorm() * noise.keptNorm();
    run.metric("noise_kept_over_expected", step, kept / calibrated.keptEnergy(), "1");
  }

  private static void recordLoss(
      LanguageModel model, HeadInputs at, double ofSource, long step, RunRecorder run) {
    double loss = model.head().scores(at.hidden(), at.targets()).meanLoss();
    run.metric("loss", step, loss, "nats");
    run.metric("loss_of_source", step, ofSource, "nats");
    run.metric("excess_loss", step, loss - ofSource, "nats");
  }

  private Tensor normals(Backend backend, TensorScope scope, Tensor like, long step) {
    Randomness stream = randomness.stream("random head").stream(step);
    return NormalMatrix.inF64(backend, scope, like.rows(), like.cols(), stream);
  }
}
