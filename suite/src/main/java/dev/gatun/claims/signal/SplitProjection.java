package dev.gatun.claims.signal;

import dev.gatun.backend.Backend;
import dev.gatun.spectrum.GradientProjection;
import dev.gatun.spectrum.HeadProjection;
import dev.gatun.spectrum.HeadSubspace;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.Tensor;

/** What one head lets through of a logit gradient G, of its signal and of its label noise. */
final class SplitProjection implements AutoCloseable {
  private final HeadSubspace subspace;
  private final HeadProjection gradient;
  private final HeadProjection signal;
  private final HeadProjection noise;
  private final CloseStack parts;

  /**
   * For a head.
   *
   * @param headWeights W [V, D], F32 or F64; copied
   */
  SplitProjection(Backend backend, Tensor headWeights) {
    try (var opened = new CloseStack()) {
      this.subspace = opened.own(new HeadSubspace(backend, headWeights));
      this.gradient = opened.own(new HeadProjection(backend, subspace));
      this.signal = opened.own(new HeadProjection(backend, subspace));
      this.noise = opened.own(new HeadProjection(backend, subspace));
      this.parts = opened.keep();
    }
  }

  HeadSubspace subspace() {
    return subspace;
  }

  /** Adds the next rows of G and of its parts; not kept, not changed. */
  void add(GradientSplit.Rows rows) {
    gradient.add(rows.gradient());
    signal.add(rows.signal());
    noise.add(rows.noise());
  }

  /** What the head does to all rows added so far. */
  Parts result() {
    return new Parts(Part.of(gradient), Part.of(signal), Part.of(noise));
  }

  /**
   * What a head does to one matrix X.
   *
   * @param projection what it keeps of it
   * @param cosine of X and X·W·Wᵀ
   */
  record Part(GradientProjection projection, double cosine) {
    private static Part of(HeadProjection of) {
      return new Part(of.result(), of.cosine());
    }

    double energy() {
      return projection.gradientNorm() * projection.gradientNorm();
    }

    double keptEnergy() {
      return energy() * projection.keptNorm() * projection.keptNorm();
    }
  }

  /** What the head does to G, to the signal (P − P*)/N and to the noise (P* − Y)/N. */
  record Parts(Part gradient, Part signal, Part noise) {

    /** ‖(P − P*)/N‖²/‖G‖². */
    double signalEnergy() {
      return signal.energy() / gradient.energy();
    }

    /** ‖(P* − Y)/N‖²/‖G‖². */
    double noiseEnergy() {
      return noise.energy() / gradient.energy();
    }

    /** What is left of ‖G‖², twice the product of the two parts over it: 0 in expectation. */
    double crossEnergy() {
      return 1 - signalEnergy() - noiseEnergy();
    }

    /** The signal's destroyed energy over that of G. */
    double signalOfDestroyed() {
      return (signal.energy() - signal.keptEnergy()) / (gradient.energy() - gradient.keptEnergy());
    }

    /** The signal's kept energy over that of G. */
    double signalOfKept() {
      return signal.keptEnergy() / gradient.keptEnergy();
    }

    /** κ of G over that of its noise: 1 if what is kept of G says nothing of its signal. */
    double keptOverNoise() {
      return gradient.projection.keptOverChance() / noise.projection.keptOverChance();
    }

    /** κ of the signal over that of the noise. */
    double signalOverNoise() {
      return signal.projection.keptOverChance() / noise.projection.keptOverChance();
    }
  }

  @Override
  public void close() {
    parts.close();
  }
}
